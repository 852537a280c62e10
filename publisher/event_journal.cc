#include "event_journal.h"

#include <algorithm>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/uncancelled.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/topic.h"

#include "event_bodies.h"

namespace hookwire {

namespace {

constexpr std::int64_t kPauseNs = 1'000'000'000;
constexpr std::int64_t kPauseWhenSyncsFailNs = 60 * kPauseNs;

}  // namespace

JournalRoom EventJournal::room_of(Phase phase) const noexcept {
  if (!fail_closed()) return JournalRoom::none;
  return phase == Phase::pre ? JournalRoom::take : JournalRoom::use;
}

void EventJournal::append_or_throw(Phase phase, std::string_view topic, const EncodedBody& body,
                                   JournalRoom room, bool waits) {
  journal_.append({.kind = static_cast<std::uint8_t>(phase),
                   .flags = body.flags,
                   .topic = topic,
                   .body = body.bytes,
                   .time_ns = clock_.unix_ns(),
                   .room = room,
                   .waits = waits});
  events_.fetch_add(1, std::memory_order_relaxed);
  if ((body.flags & kFlagCut) != 0) cut_.fetch_add(1, std::memory_order_relaxed);
}

void EventJournal::record(Phase phase, std::string_view topic, const EncodedBody& body) {
  try {
    const JournalRoom room = room_of(phase);
    // What has room waits for nobody who finds out whether there is room.
    if (room != JournalRoom::use && outage_.load(std::memory_order_acquire)) [[unlikely]] {
      try_to_end_outage();
    }
    append_or_throw(phase, topic, body, room);
  } catch (const Error& error) {
    lose(phase, error.what(), error.code());
    throw;
  } catch (const std::exception& error) {
    lose(phase, error.what(), ErrorCode::io);
    throw;
  }
}

bool EventJournal::append(Phase phase, std::string_view topic, const EncodedBody& body) noexcept {
  try {
    if (outage_.load(std::memory_order_acquire)) [[unlikely]] {
      try_to_end_outage();
    }
    append_or_throw(phase, topic, body);
    return true;
  } catch (const Error& error) {
    lose(phase, error.what(), error.code());
  } catch (const std::exception& error) {
    lose(phase, error.what(), ErrorCode::io);
  }
  return false;
}

void EventJournal::lose(Phase phase, const char* reason, ErrorCode code) noexcept {
  const Uncancelled whole;  // a log writes
  const bool refuses = fail_closed() && phase == Phase::pre;
  lost_.fetch_add(1, std::memory_order_relaxed);
  if (refuses) refused_.fetch_add(1, std::memory_order_relaxed);
  if (code == ErrorCode::closed) return;  // in a forked child: the parent's journal is not ours
  try {
    bool begins = false;
    {
      const std::lock_guard lock(mutex_);
      begins = !outage_.exchange(true, std::memory_order_acq_rel);
      loss_.to_ns = clock_.unix_ns();
      if (refuses) ++loss_.refused;
      if (loss_.count++ == 0) {
        loss_.from_ns = loss_.to_ns;
        loss_.reason = reason;
      }
      why_ = reason;
    }
    if (begins) {
      log_.error(std::string("events are being lost, calls ") +
                 (fail_closed() ? "are refused: " : "go on unrecorded: ") + reason);
    }
  } catch (const std::exception&) {
    return;  // without memory for the reason: the gap has its count
  }
}

void EventJournal::lose_end(std::string_view call_id, std::string_view method) noexcept {
  if (forked()) return;
  try {
    const std::lock_guard lock(mutex_);
    if (lost_ends_.size() == kMaxLostEnds) return;
    lost_ends_.push_back({std::string(call_id), std::string(method)});
    // Another thread may have ended the outage since the event was lost.
    outage_.store(true, std::memory_order_release);
  } catch (const std::exception&) {
    return;  // as beyond kMaxLostEnds
  }
}

void EventJournal::try_to_end_outage(bool waits) {
  if (forked()) throw Error(ErrorCode::closed, "a forked process writes no events");
  const Uncancelled whole;  // what is being told is in nobody else's hands
  const std::unique_lock probe(probe_, std::try_to_lock);
  if (!probe) throw Error(ErrorCode::timed_out, why());
  if (!outage_.load(std::memory_order_relaxed)) return;
  std::uint64_t count = tell_losses(false, waits);
  count += tell_losses(true, waits);  // what others lost meanwhile
  if (count == 0) return;             // the end alone of a call whose thread was cancelled
  log_.warning("the journal takes events again; " + std::to_string(count) + " were lost");
}

// Appends what is to be told, which may take as long as the journal waits: without the lock. What
// could not be told is kept, and the outage goes on.
std::uint64_t EventJournal::tell_losses(bool outage_ends, bool waits) {
  Loss loss;
  std::vector<LostEnd> ends;
  {
    const std::lock_guard lock(mutex_);
    loss = std::exchange(loss_, {});
    ends = std::exchange(lost_ends_, {});
    if (outage_ends) outage_.store(false, std::memory_order_release);
  }
  const std::uint64_t count = loss.count;
  try {
    tell_gap(loss, waits);
    tell_lost_ends(ends, waits);
  } catch (const std::exception&) {
    take_back(loss, ends);
    throw;
  }
  return count;
}

void EventJournal::take_back(Loss& loss, std::vector<LostEnd>& ends) {
  const std::lock_guard lock(mutex_);
  outage_.store(true, std::memory_order_release);
  if (loss.count > 0) {
    loss.to_ns = std::max(loss.to_ns, loss_.to_ns);
    loss.count += loss_.count;
    loss.refused += loss_.refused;
    loss_ = std::move(loss);
  }
  for (LostEnd& end : lost_ends_) {
    if (ends.size() < kMaxLostEnds) ends.push_back(std::move(end));
  }
  lost_ends_ = std::move(ends);
}

std::string EventJournal::why() {
  const std::lock_guard lock(mutex_);
  return why_;
}

void EventJournal::tell_gap(Loss& loss, bool waits) {
  if (loss.count == 0) return;
  std::vector<std::byte> buffer(kMaxBodyBytes);
  Value::Map data{{"count", loss.count},
                  {"from_time_ns", loss.from_ns},
                  {"to_time_ns", loss.to_ns},
                  {"reason", loss.reason}};
  if (loss.refused > 0) data.emplace_back("refused", loss.refused);
  // Where calls need room, the journal works again when it has room for one.
  const JournalRoom room = fail_closed() ? JournalRoom::take : JournalRoom::none;
  append_or_throw(Phase::system, make_topic(Phase::system, "gap", encoder_.publisher()),
                  encode_system(buffer, encoder_, "gap", Value(std::move(data)), 0, 0), room,
                  waits);
  loss = {};
  if (room == JournalRoom::take) journal_.release_room();
}

void EventJournal::tell_lost_ends(std::vector<LostEnd>& ends, bool waits) {
  std::vector<std::byte> buffer(ends.empty() ? 0 : kMaxBodyBytes);
  while (!ends.empty()) {
    const LostEnd& end = ends.back();
    append_or_throw(
        Phase::failure, make_topic(Phase::failure, end.method, encoder_.publisher()),
        encode_aborted(
            buffer, encoder_, {.call_id = end.call_id, .method = end.method, .pre = {}},
            "the call's end could not be recorded when it came, or its thread was cancelled; its "
            "outcome is unknown"),
        JournalRoom::none, waits);
    ends.pop_back();
  }
}

bool EventJournal::tell(std::string_view what, const Value& data, std::uint64_t part,
                        std::uint64_t parts) {
  std::vector<std::byte> buffer(kMaxBodyBytes);
  const std::string topic = make_topic(Phase::system, what, encoder_.publisher());
  return append(Phase::system, topic, encode_system(buffer, encoder_, what, data, part, parts));
}

bool EventJournal::offer(std::string_view what, const Value& data, std::uint64_t part,
                         std::uint64_t parts, bool waits) {
  if (!waits && is_early()) return false;
  std::vector<std::byte> buffer(kMaxBodyBytes);
  const std::string topic = make_topic(Phase::system, what, encoder_.publisher());
  const EncodedBody body = encode_system(buffer, encoder_, what, data, part, parts);
  try {
    if (outage_.load(std::memory_order_acquire)) try_to_end_outage(waits);
    append_or_throw(Phase::system, topic, body, JournalRoom::none, waits);
    return true;
  } catch (const std::exception&) {
    pause();
    return false;
  }
}

void EventJournal::probe() noexcept {
  if (!outage_.load(std::memory_order_acquire) || is_early()) return;
  try {
    try_to_end_outage(false);
  } catch (const std::exception&) {
    pause();
  }
}

bool EventJournal::is_early() const noexcept {
  return clock_.steady_ns() < paused_until_ns_.load(std::memory_order_relaxed);
}

void EventJournal::pause() noexcept {
  bool syncs_fail = true;
  try {
    syncs_fail = !journal_.sync_error().empty();
  } catch (const std::exception&) {
    syncs_fail = true;  // without memory to say so
  }
  paused_until_ns_.store(clock_.steady_ns() + (syncs_fail ? kPauseWhenSyncsFailNs : kPauseNs),
                         std::memory_order_relaxed);
}

}  // namespace hookwire

#include "event_journal.h"

#include <algorithm>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/topic.h"

#include "event_bodies.h"

namespace hookwire {

void EventJournal::append_or_throw(Phase phase, std::string_view topic, const EncodedBody& body) {
  journal_.append({.kind = static_cast<std::uint8_t>(phase),
                   .flags = body.flags,
                   .topic = topic,
                   .body = body.bytes,
                   .time_ns = clock_.unix_ns()});
  events_.fetch_add(1, std::memory_order_relaxed);
  if ((body.flags & kFlagCut) != 0) cut_.fetch_add(1, std::memory_order_relaxed);
}

bool EventJournal::append(Phase phase, std::string_view topic, const EncodedBody& body) noexcept {
  try {
    if (outage_.load(std::memory_order_acquire)) [[unlikely]] {
      try_to_end_outage();
    }
    append_or_throw(phase, topic, body);
    return true;
  } catch (const Error& error) {
    lose(error.what(), error.code());
  } catch (const std::exception& error) {
    lose(error.what(), ErrorCode::io);
  }
  return false;
}

void EventJournal::lose(const char* reason, ErrorCode code) noexcept {
  lost_.fetch_add(1, std::memory_order_relaxed);
  if (code == ErrorCode::closed) return;  // in a forked child: the parent's journal is not ours
  try {
    bool begins = false;
    {
      const std::lock_guard lock(mutex_);
      begins = !outage_.exchange(true, std::memory_order_acq_rel);
      loss_.to_ns = clock_.unix_ns();
      if (loss_.count++ == 0) {
        loss_.from_ns = loss_.to_ns;
        loss_.reason = reason;
      }
    }
    if (begins) log_.error(std::string("events are being lost, calls go on unrecorded: ") + reason);
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

void EventJournal::try_to_end_outage() {
  if (forked()) throw Error(ErrorCode::closed, "a forked process writes no events");
  const std::unique_lock probe(probe_, std::try_to_lock);
  if (!probe) throw Error(ErrorCode::timed_out, "the journal took no events");
  if (!outage_.load(std::memory_order_relaxed)) return;
  Loss told;
  {
    const std::lock_guard lock(mutex_);
    told = std::exchange(loss_, {});
  }
  try {
    tell_gap(told);  // may take as long as the journal waits: without the lock
  } catch (const std::exception&) {
    const std::lock_guard lock(mutex_);
    told.to_ns = std::max(told.to_ns, loss_.to_ns);
    told.count += loss_.count;
    loss_ = std::move(told);
    throw;
  }
  std::uint64_t count = told.count;
  {
    const std::lock_guard lock(mutex_);
    tell_gap(loss_);  // what others lost meanwhile
    count += std::exchange(loss_, {}).count;
    tell_lost_ends();
    outage_.store(false, std::memory_order_release);
  }
  log_.warning("the journal takes events again; " + std::to_string(count) + " were lost");
}

void EventJournal::tell_gap(const Loss& loss) {
  if (loss.count == 0) return;
  std::vector<std::byte> buffer(kMaxBodyBytes);
  const Value data = Value::Map{{"count", loss.count},
                                {"from_time_ns", loss.from_ns},
                                {"to_time_ns", loss.to_ns},
                                {"reason", loss.reason}};
  append_or_throw(Phase::system, make_topic(Phase::system, "gap", encoder_.publisher()),
                  encode_system(buffer, encoder_, "gap", data, 0, 0));
}

void EventJournal::tell_lost_ends() {
  std::vector<std::byte> buffer(lost_ends_.empty() ? 0 : kMaxBodyBytes);
  while (!lost_ends_.empty()) {
    const LostEnd& end = lost_ends_.back();
    append_or_throw(
        Phase::failure, make_topic(Phase::failure, end.method, encoder_.publisher()),
        encode_aborted(buffer, encoder_, {.call_id = end.call_id, .method = end.method, .pre = {}},
                       "the journal took no events when the call ended; its outcome is unknown"));
    lost_ends_.pop_back();
  }
}

bool EventJournal::tell(std::string_view what, const Value& data, std::uint64_t part,
                        std::uint64_t parts) {
  std::vector<std::byte> buffer(kMaxBodyBytes);
  const std::string topic = make_topic(Phase::system, what, encoder_.publisher());
  return append(Phase::system, topic, encode_system(buffer, encoder_, what, data, part, parts));
}

}  // namespace hookwire

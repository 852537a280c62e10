#include "event_journal.h"

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
    if (outage_.load(std::memory_order_acquire)) end_outage();
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
    const std::lock_guard lock(mutex_);
    to_ns_ = clock_.unix_ns();
    if (missing_++ > 0) return;
    from_ns_ = to_ns_;
    reason_ = reason;
    outage_.store(true, std::memory_order_release);
    log_.error("events are being lost, calls go on unrecorded: " + reason_);
  } catch (const std::exception&) {
    outage_.store(true, std::memory_order_release);  // without memory for the reason
  }
}

void EventJournal::lose_end(std::string_view call_id, std::string_view method) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (lost_ends_.size() < kMaxLostEnds) {
      lost_ends_.push_back({std::string(call_id), std::string(method)});
    }
  } catch (const std::exception&) {
    return;  // as beyond kMaxLostEnds
  }
}

void EventJournal::end_outage() {
  const std::lock_guard lock(mutex_);
  if (!outage_.load(std::memory_order_relaxed)) return;
  std::vector<std::byte> buffer(kMaxBodyBytes);
  if (missing_ > 0) {
    const Value data = Value::Map{{"count", missing_},
                                  {"from_time_ns", from_ns_},
                                  {"to_time_ns", to_ns_},
                                  {"reason", reason_}};
    append_or_throw(Phase::system, make_topic(Phase::system, "gap", encoder_.publisher()),
                    encode_system(buffer, encoder_, "gap", data, 0, 0));
    log_.warning("the journal takes events again; " + std::to_string(missing_) + " were lost");
    missing_ = 0;
  }
  while (!lost_ends_.empty()) {
    const LostEnd& end = lost_ends_.back();
    append_or_throw(
        Phase::failure, make_topic(Phase::failure, end.method, encoder_.publisher()),
        encode_aborted(buffer, encoder_, {.call_id = end.call_id, .method = end.method, .pre = {}},
                       "the journal took no events when the call ended; its outcome is unknown"));
    lost_ends_.pop_back();
  }
  outage_.store(false, std::memory_order_release);
}

bool EventJournal::tell(std::string_view what, const Value& data, std::uint64_t part,
                        std::uint64_t parts) {
  std::vector<std::byte> buffer(kMaxBodyBytes);
  const std::string topic = make_topic(Phase::system, what, encoder_.publisher());
  return append(Phase::system, topic, encode_system(buffer, encoder_, what, data, part, parts));
}

}  // namespace hookwire

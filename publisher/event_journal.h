#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/log.h"
#include "hookwire/base/value.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/phase.h"

#include "event_encoder.h"

namespace hookwire {

/// The most bytes a body can have in a record with the longest topic.
inline constexpr std::size_t kMaxBodyBytes = kMaxRecordBytes - kRecordHeaderBytes - kMaxTopicBytes;

/// Writes events to the journal, and keeps account of those it could not write. While the journal
/// takes nothing, calls go on unrecorded; as soon as it takes records again, a `system/gap` event
/// {count, from_time_ns, to_time_ns, reason} says how many events are missing and why, and each
/// call whose end is among them is closed as `aborted`: its outcome is in no event. A call whose
/// `pre` was lost has no further events. One thread at a time finds out whether the journal works
/// again, so that no caller waits for longer than the journal's append_wait for each event; what
/// the others have meanwhile is lost as well. A forked child writes nothing and takes no lock.
/// Thread-safe.
class EventJournal {
 public:
  /// The most calls whose lost end is remembered; of more, the next open closes them.
  static constexpr std::size_t kMaxLostEnds = 1024;

  EventJournal(JournalWriter& journal, const Clock& clock, Log& log, const EventEncoder& encoder)
      : journal_(journal), clock_(clock), log_(log), encoder_(encoder) {}

  /// Appends one event. False when the journal did not take it, which is accounted for.
  bool append(Phase phase, std::string_view topic, const EncodedBody& body) noexcept;
  /// Takes account of an event that could not be made or written. Logs once an outage.
  void lose(const char* reason, ErrorCode code) noexcept;
  /// Remembers that the end of a call was lost; after lose().
  void lose_end(std::string_view call_id, std::string_view method) noexcept;

  /// Appends a `system/<what>` event, with `data` in its body; `part` and `parts` when given.
  /// False as append(). Throws Error bad_input when `what` cannot stand in a topic or `data` does
  /// not fit a record.
  bool tell(std::string_view what, const Value& data, std::uint64_t part = 0,
            std::uint64_t parts = 0);

  std::uint64_t events() const noexcept { return events_.load(std::memory_order_relaxed); }
  std::uint64_t cut() const noexcept { return cut_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 private:
  struct LostEnd {
    std::string call_id;
    std::string method;
  };

  // Events that the journal did not take.
  struct Loss {
    std::uint64_t count = 0;
    std::int64_t from_ns = 0;
    std::int64_t to_ns = 0;
    std::string reason;
  };

  void append_or_throw(Phase phase, std::string_view topic, const EncodedBody& body);
  void try_to_end_outage();
  void tell_gap(const Loss& loss);
  void tell_lost_ends();
  bool forked() const noexcept { return ::getpid() != owner_; }

  JournalWriter& journal_;
  const Clock& clock_;
  Log& log_;
  const EventEncoder& encoder_;
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> cut_{0};
  std::atomic<std::uint64_t> lost_{0};

  const pid_t owner_ = ::getpid();
  std::atomic<bool> outage_{false};
  std::mutex probe_;  // held by the thread that finds out whether the outage is over
  std::mutex mutex_;  // of what follows; taken only during an outage
  Loss loss_;         // not told yet
  std::vector<LostEnd> lost_ends_;
};

}  // namespace hookwire

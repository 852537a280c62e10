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
#include "hookwire/publisher/on_journal_error.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/phase.h"

#include "event_encoder.h"

namespace hookwire {

/// The most bytes a body can have in a record with the longest topic.
inline constexpr std::size_t kMaxBodyBytes = kMaxRecordBytes - kRecordHeaderBytes - kMaxTopicBytes;

/// Writes events to the journal, and keeps account of those it could not write. As soon as it takes
/// records again, a `system/gap` event {count, from_time_ns, to_time_ns, reason} says how many
/// events are missing and why, and each call whose end is among them is closed as `aborted`: its
/// outcome is in no event. Meanwhile calls go on unrecorded (fail_open), or are refused
/// (fail_closed); then the gap says how many in `refused`. A call whose `pre` was lost has no
/// further events. Under fail_closed a call's `pre` sets room aside for its end, and the journal
/// counts as working again once it has room for a whole call.
///
/// One thread at a time finds out whether the journal works again, so that no caller waits for
/// longer than the journal's append_wait for each event; what the others have meanwhile is lost as
/// well. A forked child writes nothing and takes no lock. Thread-safe.
class EventJournal {
 public:
  /// The most calls whose lost end is remembered; of more, the next open closes them.
  static constexpr std::size_t kMaxLostEnds = 1024;

  EventJournal(JournalWriter& journal, const Clock& clock, Log& log, const EventEncoder& encoder,
               OnJournalError on_error = OnJournalError::fail_open)
      : journal_(journal), clock_(clock), log_(log), encoder_(encoder), on_error_(on_error) {}

  bool fail_closed() const noexcept { return on_error_ == OnJournalError::fail_closed; }

  /// Appends one event of a call. Under fail_closed its `pre` takes room, which its end uses, or
  /// release_room() gives back. Throws what kept the journal from taking it, with account taken;
  /// Error closed in a forked child.
  void record(Phase phase, std::string_view topic, const EncodedBody& body);
  /// Gives back the room of a call whose end was not recorded.
  void release_room() noexcept { journal_.release_room(); }
  /// Appends one event that is no call's. False when the journal did not take it, which is
  /// accounted for.
  bool append(Phase phase, std::string_view topic, const EncodedBody& body) noexcept;
  /// Takes account of an event that could not be made or written. Logs once an outage.
  void lose(Phase phase, const char* reason, ErrorCode code) noexcept;
  /// Remembers that the end of a call was lost; after lose().
  void lose_end(std::string_view call_id, std::string_view method) noexcept;

  /// Appends a `system/<what>` event, with `data` in its body; `part` and `parts` when given.
  /// False as append(). Throws Error bad_input when `what` cannot stand in a topic or `data` does
  /// not fit a record.
  bool tell(std::string_view what, const Value& data, std::uint64_t part = 0,
            std::uint64_t parts = 0);
  /// As tell(), for what the caller keeps and offers again when the journal did not take it: that
  /// is not lost. Unless it `waits` it does not wait for a segment, and after a try that failed
  /// there is none for a second; for a minute once a sync has failed, since a try may then cost a
  /// segment.
  bool offer(std::string_view what, const Value& data, std::uint64_t part = 0,
             std::uint64_t parts = 0, bool waits = false);
  /// Finds out whether an outage is over, so that its gap is told when no event comes. As seldom as
  /// offer(), and does not wait for a segment either.
  void probe() noexcept;

  std::uint64_t events() const noexcept { return events_.load(std::memory_order_relaxed); }
  std::uint64_t cut() const noexcept { return cut_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
  /// It takes no events now.
  bool failing() const noexcept { return outage_.load(std::memory_order_relaxed); }
  /// Why the event lost last was lost; empty: none was. Not in a forked child.
  std::string why();
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  struct LostEnd {
    std::string call_id;
    std::string method;
  };

  // Events that the journal did not take.
  struct Loss {
    std::uint64_t count = 0;
    std::uint64_t refused = 0;  // of them, begins of calls that were refused
    std::int64_t from_ns = 0;
    std::int64_t to_ns = 0;
    std::string reason;
  };

  JournalRoom room_of(Phase phase) const noexcept;
  void append_or_throw(Phase phase, std::string_view topic, const EncodedBody& body,
                       JournalRoom room = JournalRoom::none, bool waits = true);
  bool is_early() const noexcept;
  void pause() noexcept;
  void try_to_end_outage(bool waits = true);
  std::uint64_t tell_losses(bool outage_ends, bool waits);
  void tell_gap(Loss& loss, bool waits);
  void tell_lost_ends(std::vector<LostEnd>& ends, bool waits);
  void take_back(Loss& loss, std::vector<LostEnd>& ends);
  bool forked() const noexcept { return ::getpid() != owner_; }

  JournalWriter& journal_;
  const Clock& clock_;
  Log& log_;
  const EventEncoder& encoder_;
  const OnJournalError on_error_;
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> cut_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> refused_{0};

  const pid_t owner_ = ::getpid();
  std::atomic<bool> outage_{false};
  std::atomic<std::int64_t> paused_until_ns_{INT64_MIN};  // tries that nobody waits for
  std::mutex probe_;  // held by the thread that finds out whether the outage is over
  std::mutex mutex_;  // of what follows; taken only during an outage, and never across a wait
  std::string why_;   // the event lost last was lost
  Loss loss_;         // not told yet
  std::vector<LostEnd> lost_ends_;
};

}  // namespace hookwire

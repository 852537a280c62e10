#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "hookwire/base/mutex.h"
#include "hookwire/journal/journal_options.h"
#include "hookwire/journal/journal_writer.h"

#include "block.h"
#include "segment.h"
#include "segment_maker.h"

namespace hookwire {

/// Where the next record goes: the active segment, the numbers, and what readers are shown. One
/// mutex, held for a copy and a checksum; no system call under it. Thread-safe.
///
/// With JournalSync::os readers see a record at once. With JournalSync::disk they see it when it
/// was published, after a sync; a segment is left only when all its records were, so that never
/// more than one holds records that are not on stable storage.
class AppendPoint {
 public:
  struct Identity {
    std::uint64_t journal_id = 0;
    std::uint32_t epoch = 0;
    JournalSync sync = JournalSync::os;
  };
  /// What try_append() did.
  struct Result {
    enum class Kind {
      appended,
      no_segment,  ///< A segment must be made first.
      unsynced,  ///< The segment is full; what it holds, through `sequence`, must be synced first.
      no_room,   ///< What is left is set aside for the ends of calls.
    };
    Kind kind = Kind::appended;
    std::uint64_t sequence = 0;
    std::uint64_t line = 0;  ///< Of the records that live and die with this one; see give_up().
  };
  /// The last record appended, and its segment.
  struct Position {
    Segment* segment = nullptr;
    std::uint64_t end_offset = 0;
    std::uint64_t sequence = 0;
    std::uint64_t line = 0;
  };

  /// Records go to `active` from `next` on. The maker must outlive the object.
  AppendPoint(const Identity& identity, SegmentMaker& maker, std::unique_ptr<Segment> active,
              Place next, std::uint64_t next_sequence, std::int64_t last_time_ns);

  /// Appends a record of `size` bytes.
  Result try_append(const JournalEntry& entry, std::size_t size);
  /// Gives room back: no entry will use it or, with JournalSync::disk, one did and is durable.
  void release_room() noexcept;

  /// What a sync that begins now makes durable.
  Position position();
  /// Shows readers what is durable by now.
  void publish(const Position& durable) noexcept;
  /// The active segment could not be synced and is left behind its durable part. What was appended
  /// there since is gone, and its numbers are given again.
  void give_up(std::uint64_t line) noexcept;

  /// Tells readers that records before `sequence` are not kept any more.
  void keep_from(std::uint64_t sequence) noexcept;

  /// The last sequence that readers see; 0 when there is none.
  std::uint64_t last_sequence() const noexcept {
    return last_sequence_.load(std::memory_order_acquire);
  }
  std::uint64_t line() const noexcept { return line_.load(std::memory_order_acquire); }
  Segment& active() noexcept { return *active_; }

  /// Without a word to anybody: in a forked child, whose parent owns the segment.
  void abandon() noexcept { static_cast<void>(active_.release()); }

  /// A new segment's activation, before anybody can read it.
  static void activate(Segment& segment, const Identity& identity, std::uint64_t first_sequence,
                       std::int64_t time_ns) noexcept;

 private:
  bool has_room(const JournalEntry& entry) const noexcept;
  bool roll_over(std::int64_t time_ns) noexcept;

  const Identity identity_;
  SegmentMaker& maker_;
  Mutex mutex_;  // of what follows, down to failed_
  std::unique_ptr<Segment> active_;
  Place next_;  // where the next record goes, if it fits
  std::uint64_t next_sequence_;
  std::int64_t last_time_ns_;
  std::uint64_t shown_offset_;  // behind the last record that readers see
  std::uint64_t rooms_ = 0;     // records that room is set aside for
  bool failed_ = false;         // the active segment could not be synced

  std::atomic<std::uint64_t> last_sequence_;
  std::atomic<std::uint64_t> line_{0};
};

}  // namespace hookwire

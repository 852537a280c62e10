#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/doorbell.h"
#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_options.h"
#include "hookwire/record/record.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Sequences that are in no record any more, and why.
struct JournalGap {
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< Inclusive.
  std::string reason;
};

/// What opening a journal found and did. The opener tells subscribers about it in records of its
/// own: the journal does not know what its records mean.
struct JournalRecovery {
  bool created = false;             ///< There was no journal.
  bool closed_cleanly = true;       ///< The writer before closed it.
  std::uint64_t last_sequence = 0;  ///< The last one that survived; 0 when none.
  std::uint64_t torn_bytes = 0;     ///< Cut from the tail; kept in the file torn_file.
  std::string torn_file;
  std::vector<JournalGap> gaps;  ///< Damage found, oldest first.
  /// Set when the epoch counted up, because records already sent may have been lost.
  std::optional<std::uint32_t> previous_epoch;
};

/// Whether an append sets room aside for one more record, or uses room that was set aside. Room is
/// for a record of any size, a block: once an append with `take` has returned, one with `use` does
/// not fail for want of space. An append that throws leaves room as it was.
enum class JournalRoom : std::uint8_t { none, take, use };

/// What one append writes. The views are read during the call only.
struct JournalEntry {
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::string_view topic;  ///< kMaxTopicBytes at most.
  std::span<const std::byte> body;
  std::int64_t time_ns = 0;  ///< Raised to the last record's when it is earlier.
  JournalRoom room = JournalRoom::none;
  bool waits = true;  ///< Up to append_wait for a segment; else it is refused when none is ready.
};

/// Appends records to a journal folder. One at a time holds the folder, on the whole machine.
/// Thread-safe. Owns the thread "hw-journal", which makes and pre-faults segments.
class JournalWriter {
 public:
  /// Opens or makes the journal and recovers it. `file_system`, `clock` and `doorbell` must outlive
  /// the writer; `doorbell`, when given, is rung after each append.
  /// Throws Error: busy when another writer holds the folder (the message has its pid),
  /// incompatible for another format version, configuration for options out of range, IoError.
  JournalWriter(FileSystem& file_system, const Clock& clock, const JournalOptions& options,
                Doorbell* doorbell = nullptr);
  /// Closes cleanly; errors are kept silent (the next open recovers).
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// Appends one record and returns its sequence. It is visible to every reader on this machine
  /// when the call returns, and survives what JournalOptions::sync says.
  /// Cost with JournalSync::os: one copy, one checksum, one mutex held for that long; no
  /// allocation, no system call unless the doorbell's listener sleeps or no segment is ready. With
  /// JournalSync::disk a wait for a sync in addition, shared by all who wait. When a sync fails, an
  /// entry with JournalRoom::use is tried once more, in the next segment.
  /// Throws Error, with nothing appended: bad_input when the record would exceed kMaxRecordBytes,
  /// timed_out or io when no segment became ready within append_wait or there is no room besides
  /// what is set aside, io when the record could not be synced, closed in a forked child.
  std::uint64_t append(const JournalEntry& entry);
  /// Gives back the room of an entry with JournalRoom::take for which no `use` will come. Does
  /// nothing in a forked child.
  void release_room() noexcept;

  std::uint64_t journal_id() const noexcept;
  std::uint32_t epoch() const noexcept;
  /// The last sequence that readers see, by any thread; 0 when the journal is empty.
  std::uint64_t last_sequence() const noexcept;
  /// The last sequence that is known to be on stable storage; 0 when none is.
  std::uint64_t durable_sequence() const noexcept;
  /// Why the last sync failed; empty when none did. What is durable does not grow any more with
  /// JournalSync::os; with JournalSync::disk a new segment was begun.
  std::string sync_error() const;
  const JournalRecovery& recovery() const noexcept;
  /// True when take_notices() has something; no lock.
  bool has_notices() const noexcept;
  /// What retention did or saw since the last time, oldest first. At most 64 are kept: of more, the
  /// oldest are forgotten.
  std::vector<JournalNotice> take_notices();
  const std::filesystem::path& folder() const noexcept;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

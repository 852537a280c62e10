#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_writer.h"

#include "journal_state.h"

namespace hookwire {

/// Where a writer goes on.
struct RecoveredJournal {
  JournalState state;  ///< Of this writer: id, epoch, this boot; not closed cleanly.
  JournalRecovery report;
  std::uint64_t next_sequence = 1;
  std::int64_t last_time_ns = 0;
  std::uint64_t last_ordinal = 0;  ///< Of the newest segment file there is; 0: none.
  /// The segment that goes on, and where; nothing: a new one begins.
  struct Tail {
    std::uint64_t ordinal = 0;
    std::uint64_t offset = 0;
    std::uint64_t segment_bytes = 0;
  };
  std::optional<Tail> tail;
  std::uint64_t left_ordinal = 0;  ///< When a new one begins: the one that was the last; 0: none.
};

/// Looks at the journal in `folder`, whose lock the caller holds, and prepares it for a writer:
///
///   there is no journal          | a new id, epoch 1
///   closed cleanly               | goes on in the last segment
///   same boot, writer died       | the torn record is cut and kept aside; goes on in the segment
///   other boot, writer died      | the same, and the epoch counts up in a new segment
///   damage in the last segment   | left as it is, reported; a new segment begins behind it
///   segments missing between     | reported
///   a segment's header damaged   | left as it is; the epoch counts up in a new segment
///
/// Removes segments that were made and never used. Throws Error incompatible, IoError.
RecoveredJournal recover_journal(FileSystem& file_system, const std::filesystem::path& folder);

}  // namespace hookwire

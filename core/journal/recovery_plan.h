#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_writer.h"

#include "block.h"
#include "journal_state.h"

namespace hookwire {

/// Where a writer goes on.
struct RecoveredJournal {
  JournalState state;  ///< Of this writer: id, epoch, this boot; not closed cleanly.
  JournalRecovery report;
  std::uint64_t next_sequence = 1;
  std::uint64_t first_sequence = 0;  ///< Of the oldest segment; 0: there is none.
  std::int64_t last_time_ns = 0;
  std::uint64_t last_ordinal = 0;  ///< Of the newest segment file there is; 0: none.
  /// The segment that goes on, and where; nothing: a new one begins.
  struct Tail {
    std::uint64_t ordinal = 0;
    Place next;
    std::uint64_t segment_bytes = 0;
  };
  std::optional<Tail> tail;
  std::vector<std::uint64_t> unsealed;  ///< Segments that do not send their readers on.
};

/// A row of the decision table in docs/journal.md that holds for a journal.
enum class RecoveryRow {
  torn_tail,        ///< An unfinished record, left by a process that died.
  lost_tail,        ///< What a machine that lost power left behind the last sound record.
  damage,           ///< Records that were committed are not what was written.
  missing_segment,  ///< A segment file is not there.
  bad_header,       ///< A segment file whose header page is not sound.
  foreign,          ///< Bytes or files that are not this journal's.
  two_claims,       ///< A segment that claims sequences which an older one holds.
};

struct RecoveryFinding {
  RecoveryRow row = RecoveryRow::damage;
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t first_sequence = 0;  ///< Lost with it; 0: none is known to be.
  std::uint64_t last_sequence = 0;
  std::uint32_t epoch = 0;  ///< Of those sequences.
  std::string what;
};

/// A change to the folder. None destroys bytes that a record may have been in.
struct RecoveryStep {
  enum class Kind {
    remove,     ///< A file in which nothing was ever written.
    set_aside,  ///< The file gets the name `aside`.
    /// [offset, end) of the file is copied to the new file `aside`, then zeroed but for
    /// [keep_from, keep_to).
    cut,
  };
  Kind kind = Kind::remove;
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
  std::uint64_t keep_from = 0;
  std::uint64_t keep_to = 0;
  std::string aside;
  /// Once it is done nothing shows any more that the epoch counts up: that is noted first.
  bool hides_epoch = false;
};

/// What recovery found and what it would do about it.
struct RecoveryPlan {
  RecoveredJournal outcome;
  std::vector<RecoveryFinding> findings;  ///< Oldest segment first.
  std::vector<RecoveryStep> steps;
};

/// Looks at the journal in `folder`, which no writer holds, and decides by the table in
/// docs/journal.md. Changes nothing. Reads the headers of all segments and the records of the last.
/// Throws Error incompatible, IoError.
RecoveryPlan plan_recovery(FileSystem& file_system, const std::filesystem::path& folder);

}  // namespace hookwire

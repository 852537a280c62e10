#pragma once

#include <cstdint>
#include <optional>

#include "hookwire/journal/journal_reader.h"
#include "hookwire/schemas/stream_message.h"

namespace hookwire {

/// Where a session begins, and what its client must be told first.
struct StreamBeginning {
  std::uint64_t sequence = 1;
  std::optional<RolledBack> rolled_back;  ///< Its session number is not set.
};

/// Turns what a client asked for into a sequence of `journal`, which is left anywhere. A start of
/// kind `cursor` must have been turned into one of kind `sequence` or `earliest` before. A start
/// older than what is held stays as it is: the session tells the gap. Throws IoError. Cost: a few
/// blocks read, and one for each doubling of the journal when an older epoch is looked up.
StreamBeginning find_start(JournalReader& journal, const StreamStart& start);

/// The last sequence up to `stood` that is still what a client of that epoch saw. Where neither the
/// journal's epochs nor its records can prove one it is 0: nothing that the client has is vouched
/// for, and the session tells all that is not held as a gap. Leaves `journal` anywhere. Throws
/// IoError.
std::uint64_t last_survivor(JournalReader& journal, std::uint64_t stood, std::uint32_t epoch);

}  // namespace hookwire

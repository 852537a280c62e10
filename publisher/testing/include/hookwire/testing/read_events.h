#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "hookwire/schemas/event.h"

namespace hookwire::testing {

/// What is in the journal in `folder`, decoded, oldest first, while it is written or after; nothing
/// below the sequence `from`. What the journal tells as a gap is left out. Reads every record: for
/// journals of a test's size. Throws Error: damaged for a record that is no event, and for a
/// sequence that is missing or comes twice; as JournalReader. Any thread.
std::vector<Event> read_events(const std::filesystem::path& folder, std::uint64_t from = 1);

}  // namespace hookwire::testing

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_retention.h"

namespace hookwire {

/// What the subscribers of these names still need of a journal, by the cursors that the relay keeps
/// in its folder, a second old at most. One of which no cursor is known needs everything. Throws
/// IoError.
std::vector<JournalReaderPlace> read_reader_places(FileSystem& file_system,
                                                   const std::filesystem::path& folder,
                                                   std::uint64_t journal_id,
                                                   const std::vector<std::string>& names);

}  // namespace hookwire

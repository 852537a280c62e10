#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace hookwire {

/// The bytes that the file system holds for the files below `folder`: allocated blocks, so that
/// holes cost nothing; a file with several names counts once; links are not followed; folders
/// themselves are not counted. What vanishes meanwhile is left out. Linear in the files. Throws
/// IoError, or Error bad_input when the tree is too deep.
std::uint64_t used_bytes(const std::filesystem::path& folder);

/// The same; nothing when there is no such folder.
std::optional<std::uint64_t> used_bytes_if_there(const std::filesystem::path& folder);

}  // namespace hookwire

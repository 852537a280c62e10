#pragma once

#include <filesystem>

namespace hookwire {

/// Gives `a` the name of `b` and the other way round, in one step (RENAME_EXCHANGE), not on stable
/// storage yet. Returns false, and has done nothing, when the file system or the kernel cannot.
/// Throws IoError.
bool exchange(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace hookwire

#pragma once

#include <filesystem>
#include <string>

namespace hookwire {

/// Gives the folder `a` the name of `b` and the other way round, in one step (RENAME_EXCHANGE), not
/// on stable storage yet. Both keep their times of change to their entries, where we may set those
/// and can open the folders. Returns false, and has done nothing, when the file system or the
/// kernel cannot. Throws IoError.
bool exchange(const std::filesystem::path& a, const std::filesystem::path& b);

/// Renames an entry of one open folder to a name in another that is free: in one step where the
/// file system can. Returns false, and sets errno, when it does not: EEXIST when it is not free.
bool rename_to_free(int from_folder, const std::string& from, int to_folder,
                    const std::string& to) noexcept;

}  // namespace hookwire

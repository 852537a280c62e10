#pragma once

#include <filesystem>
#include <string>

namespace hookwire {

/// The path of the folder without links; empty when there is none.
std::string resolved(const std::filesystem::path& path);

/// True when the absolute `path` is `folder` or lies below it, by the names or by what the folders
/// on the way are.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Why others than root and the user we are could put something else in the place of a folder that
/// we make in `folder`, an absolute path without links; empty when they cannot. Throws IoError.
std::string obstacle_on_the_way_to(const std::filesystem::path& folder);

}  // namespace hookwire

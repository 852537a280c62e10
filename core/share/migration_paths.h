#pragma once

#include <filesystem>
#include <string>

namespace hookwire {

/// The path of the folder without links; empty when there is none.
std::string resolved(const std::filesystem::path& path);

}  // namespace hookwire

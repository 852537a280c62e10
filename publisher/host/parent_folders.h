#pragma once

#include <filesystem>

#include "hookwire/base/file_system.h"

namespace hookwire {

/// Makes the folders above `path` that are missing, each with mode 0700. Throws IoError.
void make_parent_folders(FileSystem& file_system, const std::filesystem::path& path);

}  // namespace hookwire

#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "hookwire/base/file_system.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Where the new content of `path` lies until it is complete; a left-over when nobody writes it.
std::filesystem::path unfinished_path(const std::filesystem::path& path);

/// Gives the file `path` this content, on stable storage when it returns. Whenever the
/// process or the machine dies, the file has its old content or its new one. Throws IoError; it
/// then has the old one, or, when only the sync of the folder failed, the new one.
/// Thread-compatible: one writer of a path at a time.
void replace_file(FileSystem& files, const std::filesystem::path& path,
                  std::span<const std::byte> content);

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

#pragma GCC visibility push(default)
namespace hookwire {

/// Who besides root and this process's user could change the file or folder `part`, of which
/// `status` tells, and what to do about it; empty when nobody could. Of code that is to run, every
/// folder above must be asked too. A folder with the sticky bit may be open to all.
std::string other_writers(const std::filesystem::path& part, const struct stat& status);

}  // namespace hookwire
#pragma GCC visibility pop

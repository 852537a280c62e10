#pragma once

#include <filesystem>

#include "hookwire/base/file_descriptor.h"

namespace hookwire {

/// The file of a program that may run, opened: what runs is what was checked. Throws Error
/// configuration, with what to do, when it is missing, no regular file, not executable, writable by
/// its group or others, or owned by somebody else than root and this process's user.
FileDescriptor open_program(const std::filesystem::path& path);

/// The same, and for the folders above it: whoever writes there could put another file of ours in
/// its place. A sticky folder (/tmp) is no danger.
void check_program(const std::filesystem::path& path);

}  // namespace hookwire

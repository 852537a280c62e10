#pragma once

#include <filesystem>

#include "hookwire/base/file_system.h"

#include "secret_digest.h"

namespace hookwire {

/// The key in the file `path`: 32 bytes, readable by this user alone. Makes the file, with mode
/// 0600 and random bytes, when there is none; its folder must be there. Throws Error configuration
/// for a file of another user, one that others may read or write, and one that is no key.
SecretDigest::Key load_secret_key(FileSystem& file_system, const std::filesystem::path& path);

/// Throws as load_secret_key() would for a file that is there; makes none.
void check_secret_key(FileSystem& file_system, const std::filesystem::path& path);

}  // namespace hookwire

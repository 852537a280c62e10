#pragma once

#include <filesystem>

namespace hookwire {

/// Makes `to`, which must not exist, a copy of the folder `from` and everything below it, on stable
/// storage when it returns: contents, modes, times of access and change, symbolic links as they
/// are, files of several names as such, pipes and sockets as empty ones, access control lists and
/// extended attributes, and owners where we are allowed to set them. Files share their blocks with
/// the original's where the file system can. What others change meanwhile is copied before or after
/// the change, file by file, and has its own owner and mode whatever they rename. Throws IoError;
/// Error bad_input when the tree is too deep, busy when others replaced `to` meanwhile, or a file
/// by something of another kind; what was made so far is left.
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace hookwire

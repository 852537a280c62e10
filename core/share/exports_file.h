#pragma once

#include <filesystem>
#include <string>

#include "directory_state.h"

namespace hookwire {

/// The access rules of every share below the folder `shares` in the form of exports(5). An NFS
/// share has a line with its address rules:
///
///   /root/shares/s-1 10.0.0.4(rw,sync,no_subtree_check) 10.1.0.0/16(ro,sync,no_subtree_check)
///
/// What exports(5) has no form for, rules for users and any rule of a CIFS share, is a comment,
/// one a line, for whoever sets up another server: protocol, folder, type, who, level:
///
///   #rule NFS /root/shares/s-1 user alice rw
///
/// White space, quotes, backslashes, # and control characters in the folder's path are written as
/// \ooo, octal. A share without rules is not exported. Keys are never written.
std::string exports_text(const std::filesystem::path& shares, const DirectoryState& state);

}  // namespace hookwire

#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "directory_state.h"

namespace hookwire {

/// The access rules of every share in the form of exports(5); `content_of` says by its id where its
/// content lies. An NFS share has a line with its address rules:
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
std::string exports_text(
    const DirectoryState& state,
    const std::function<std::filesystem::path(const std::string& share_id)>& content_of);

}  // namespace hookwire

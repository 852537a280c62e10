#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "open_folder.h"

namespace hookwire {

/// Removes `folder` and everything below it; nothing when there is none. Links are removed, not
/// followed. Folders that deny their owner access are opened up first. However deep. Throws
/// IoError, also at a mount point, whose content stays; part of it is gone then.
void remove_tree(const std::filesystem::path& folder);

/// Removes from `folder` the folders that are called one of `names`, or that have a working name,
/// as remove_tree does. What else is in it stays. Throws IoError; part of it is gone then.
void remove_contents(const OpenFolder& folder, const std::set<std::string>& names);

enum class Empties { keep, remove };

/// Removes what has a working name in `folder`, with Empties::remove also empty folders, then the
/// folder itself; true when it is gone. False when something else is in it: that is left, and so is
/// the folder. Throws IoError.
bool remove_emptied(const std::filesystem::path& folder, Empties empties);

}  // namespace hookwire

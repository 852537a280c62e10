#pragma once

#include <filesystem>

namespace hookwire {

/// Removes `folder` and everything below it; nothing when there is none. Links are removed, not
/// followed. Folders that deny their owner access are opened up first. However deep. Throws
/// IoError; part of it is gone then.
void remove_tree(const std::filesystem::path& folder);

}  // namespace hookwire

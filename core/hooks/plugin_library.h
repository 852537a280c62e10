#pragma once

#include <filesystem>

#include "hookwire/hooks/plugin.h"

namespace hookwire {

/// Loads the shared library at `path`, for good, and returns its function that makes hooks. Before
/// the loader runs any of its code: it is a regular file that nobody but root or this process's
/// user owns or may write to, and so are the folders above it (sticky ones, such as /tmp, aside).
/// Before that function is trusted: its ABI stamp is ours.
/// Throws Error: configuration when it is missing, unsafe or no hook library; incompatible when its
/// stamp differs (says both).
PluginMakeHook load_plugin(const std::filesystem::path& path);

}  // namespace hookwire

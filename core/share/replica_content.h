#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "directory_state.h"

namespace hookwire {

/// What lies in the place of a replica's content, or of its share's, held against what the state
/// knows. These look at the disk, all but the first at every file below, and throw as
/// fingerprint_of.

/// False when there is none, also when somebody put another there after it gave its own away.
bool has_content(const std::filesystem::path& copy, const DirectoryState::Replica& replica);

/// True when `copy` was written to after it was the share's content: that is nowhere else.
bool has_late_writes(const std::filesystem::path& copy, const DirectoryState::Replica& replica);

/// The fingerprint of the share's `content` when the replica is a copy of just that.
std::optional<std::uint64_t> fingerprint_in_sync(const std::filesystem::path& content,
                                                 const DirectoryState::Replica& replica);

/// The state of a replica whose `copy` is about to be exchanged with the share's `content`, which
/// has that fingerprint; `synced` is what the copy has, if it may count as the same. It holds
/// whether the exchange comes or not.
DirectoryState::Replica exchanged(const DirectoryState::Replica& replica,
                                  const std::filesystem::path& content, std::uint64_t fingerprint,
                                  const std::filesystem::path& copy,
                                  std::optional<std::uint64_t> synced);

}  // namespace hookwire

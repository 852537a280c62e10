#pragma once

#include <cstdint>
#include <filesystem>

namespace hookwire {

/// What a tree looked like: two of the same folder are equal when nothing in it was changed between
/// them, whoever changed it and whatever times they set; the folder itself may have been renamed.
/// Times are compared by the kernel's own time of change, so that a setting back of the clock can
/// deceive it. Stores through a mapping show by the first one into a page after the file system was
/// synced: all from a sync on that came between the two, and never on tmpfs.
struct TreeFingerprint {
  std::uint64_t hash = 0;
  /// False when something changed so lately that a change after it could bear the same time, or
  /// bears one in the future: such a fingerprint proves nothing.
  bool is_settled = false;

  friend bool operator==(const TreeFingerprint&, const TreeFingerprint&) = default;
};

/// Looks at names, kinds, sizes and times of everything below `folder` and of itself, follows no
/// link, reads no content. Waits some milliseconds for what changed just now to settle. Linear in
/// the files. Throws IoError, or Error bad_input when the tree is too deep.
TreeFingerprint fingerprint_of(const std::filesystem::path& folder);

}  // namespace hookwire

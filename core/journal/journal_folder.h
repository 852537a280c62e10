#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"

#include "segment_format.h"

namespace hookwire {

inline constexpr char kLockName[] = "lock";
/// Segments that are still being made have this suffix behind their name.
inline constexpr char kMakingSuffix[] = ".making";

/// One segment file of a folder.
struct SegmentFile {
  std::uint64_t ordinal = 0;
  std::string name;
  std::optional<SegmentHeader> header;  ///< Nothing: the header page is not a segment's.
  bool gone = false;                    ///< The file went since the folder was listed.

  bool active() const noexcept { return header && header->activation; }
};

/// The ordinals of the segment files in `folder`, rising.
std::vector<std::uint64_t> list_segments(FileSystem& file_system,
                                         const std::filesystem::path& folder);

/// Reads the header page of one segment. Throws Error incompatible, IoError.
SegmentFile read_segment(FileSystem& file_system, const std::filesystem::path& folder,
                         std::uint64_t ordinal);

}  // namespace hookwire

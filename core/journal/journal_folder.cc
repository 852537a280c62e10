#include "journal_folder.h"

#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

std::vector<std::uint64_t> list_segments(FileSystem& file_system,
                                         const std::filesystem::path& folder) {
  std::vector<std::uint64_t> ordinals;
  if (!file_system.exists(folder)) return ordinals;
  for (const std::string& name : file_system.list(folder)) {
    if (const std::optional<std::uint64_t> ordinal = segment_ordinal(name)) {
      ordinals.push_back(*ordinal);
    }
  }
  return ordinals;  // names have a fixed width: sorted as text is sorted as numbers
}

SegmentFile read_segment(FileSystem& file_system, const std::filesystem::path& folder,
                         std::uint64_t ordinal) {
  SegmentFile segment{.ordinal = ordinal, .name = segment_name(ordinal), .header = {}};
  const std::filesystem::path path = folder / segment.name;
  std::array<std::byte, kSegmentHeaderBytes> page{};
  try {
    const std::size_t count = file_system.open(path, OpenMode::read)->read_at(0, page);
    segment.header = read_segment_header(std::span(page).first(count), ordinal, path);
  } catch (const IoError& error) {
    if (error.error_number() != ENOENT) throw;
    segment.gone = true;
  }
  return segment;
}

}  // namespace hookwire

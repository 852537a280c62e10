#include "history_needs.h"

#include "stream_cursor_file.h"

namespace hookwire {

std::vector<JournalReaderPlace> read_reader_places(FileSystem& file_system,
                                                   const std::filesystem::path& folder,
                                                   std::uint64_t journal_id,
                                                   const std::vector<std::string>& names) {
  std::vector<JournalReaderPlace> places;
  if (names.empty()) return places;
  const StreamCursorMap cursors =
      read_cursors(file_system, folder, journal_id).value_or(StreamCursorMap());
  for (const std::string& name : names) {
    const auto found = cursors.find(name);
    const StreamCursor cursor = found == cursors.end() ? StreamCursor{} : found->second;
    places.push_back({.name = name, .epoch = cursor.epoch, .sequence = cursor.sequence});
  }
  return places;
}

}  // namespace hookwire

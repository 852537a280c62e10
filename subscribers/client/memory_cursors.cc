#include "memory_cursors.h"

#include <algorithm>

namespace hookwire {

std::optional<Cursor> MemoryCursors::of_endpoint(const std::string& endpoint) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return entry.endpoint == endpoint; });
  return found == entries_.rend() ? std::nullopt : std::optional(found->cursor);
}

std::optional<Cursor> MemoryCursors::of_journal(std::uint64_t journal_id) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& entry) {
    return entry.cursor.journal_id == journal_id;
  });
  return found == entries_.rend() ? std::nullopt : std::optional(found->cursor);
}

void MemoryCursors::save(const std::string& endpoint, const Cursor& cursor) {
  std::erase_if(entries_, [&](const Entry& entry) {
    return entry.endpoint == endpoint && entry.cursor.journal_id == cursor.journal_id;
  });
  if (entries_.size() == kMost) entries_.erase(entries_.begin());
  entries_.push_back({endpoint, cursor});
}

}  // namespace hookwire

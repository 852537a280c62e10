#include "hookwire/journal/journal_retention.h"

#include <algorithm>
#include <utility>

namespace hookwire {

void keep_notice(std::vector<JournalNotice>& kept, JournalNotice notice, std::size_t most) {
  const auto is_range = [](const JournalNotice& any) {
    return any.kind == JournalNotice::Kind::passed_reader;
  };
  if (is_range(notice)) {
    for (JournalNotice& other : kept) {
      if (is_range(other) && other.reader == notice.reader && other.epoch == notice.epoch &&
          other.last + 1 == notice.first) {
        other.last = notice.last;
        return;
      }
    }
  }
  kept.push_back(std::move(notice));
  if (kept.size() <= most) return;
  const auto other = std::find_if_not(kept.begin(), kept.end(), is_range);
  kept.erase(other == kept.end() ? kept.begin() : other);
}

}  // namespace hookwire

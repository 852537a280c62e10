#include "journal_notices.h"

#include <exception>
#include <utility>

namespace hookwire {

namespace {

constexpr const char* kPassed = "journal_max_size was reached before the subscriber had them";

}  // namespace

void JournalNotices::tell() noexcept {
  try {
    if (journal_.has_notices()) {
      for (JournalNotice& notice : journal_.take_notices()) {
        log_it(notice);
        keep_notice(untold_, std::move(notice), kMost);
      }
    }
    while (!untold_.empty() && offer(untold_.front())) untold_.erase(untold_.begin());
  } catch (const std::exception&) {
    return;  // without memory for the words: the subscriber gets its gap all the same
  }
}

void JournalNotices::log_it(const JournalNotice& notice) {
  const std::string journal = "journal " + journal_.folder().string() + ": ";
  switch (notice.kind) {
    case JournalNotice::Kind::low_space:
      log_.warning(journal + space(notice) +
                   ", less than journal_low_space: history that nobody needs is removed; free "
                   "some space before on_journal_error applies");
      return;
    case JournalNotice::Kind::enough_space:
      log_.info(journal + space(notice) + ", enough again");
      return;
    case JournalNotice::Kind::passed_reader:
      log_.error(journal + "events " + std::to_string(notice.first) + " to " +
                 std::to_string(notice.last) + " were removed and " + notice.reader +
                 " has not acknowledged them: " + kPassed);
      return;
    case JournalNotice::Kind::trouble:
      log_.error(journal +
                 "old segments cannot be removed and will be tried again: " + notice.what);
      return;
  }
}

std::string JournalNotices::space(const JournalNotice& notice) const {
  return std::to_string(notice.free_bytes) + " bytes are free, the limit is " +
         std::to_string(limit_);
}

// True when it need not be offered again.
bool JournalNotices::offer(const JournalNotice& notice) {
  switch (notice.kind) {
    case JournalNotice::Kind::low_space:
      return offer_space("low_space", notice);
    case JournalNotice::Kind::enough_space:
      return offer_space("enough_space", notice);
    case JournalNotice::Kind::passed_reader:
      return offer_passed(notice);
    case JournalNotice::Kind::trouble:
      break;
  }
  return true;  // for the log alone
}

bool JournalNotices::offer_space(std::string_view what, const JournalNotice& notice) {
  return events_.offer(what,
                       Value::Map{{"free_bytes", notice.free_bytes}, {"limit_bytes", limit_}});
}

bool JournalNotices::offer_passed(const JournalNotice& notice) {
  return events_.offer("gap", Value::Map{{"epoch", notice.epoch},
                                         {"first", notice.first},
                                         {"last", notice.last},
                                         {"subscriber", notice.reader},
                                         {"reason", kPassed}});
}

}  // namespace hookwire

#include "journal_notices.h"

#include <exception>
#include <string>

#include "hookwire/base/value.h"

namespace hookwire {

namespace {

class Teller {
 public:
  Teller(const std::string& journal, std::uint64_t limit, EventJournal& events, Log& log)
      : journal_("journal " + journal + ": "), limit_(limit), events_(events), log_(log) {}

  void tell(const JournalNotice& notice) {
    switch (notice.kind) {
      case JournalNotice::Kind::low_space:
        log_.warning(journal_ + space(notice) +
                     ", less than journal_low_space: history that nobody needs is removed; free "
                     "some space before on_journal_error applies");
        return tell_space("low_space", notice);
      case JournalNotice::Kind::enough_space:
        log_.info(journal_ + space(notice) + ", enough again");
        return tell_space("enough_space", notice);
      case JournalNotice::Kind::passed_reader:
        return tell_passed(notice);
      case JournalNotice::Kind::trouble:
        log_.error(journal_ +
                   "old segments cannot be removed and will be tried again: " + notice.what);
        return;
    }
  }

 private:
  std::string space(const JournalNotice& notice) const {
    return std::to_string(notice.free_bytes) + " bytes are free, the limit is " +
           std::to_string(limit_);
  }

  void tell_space(std::string_view what, const JournalNotice& notice) {
    events_.tell(what, Value::Map{{"free_bytes", notice.free_bytes}, {"limit_bytes", limit_}});
  }

  void tell_passed(const JournalNotice& notice) {
    const std::string reason = "journal_max_size was reached before the subscriber had them";
    log_.error(journal_ + "events " + std::to_string(notice.first) + " to " +
               std::to_string(notice.last) + " were removed and " + notice.reader +
               " has not acknowledged them: " + reason);
    events_.tell("gap", Value::Map{{"epoch", notice.epoch},
                                   {"first", notice.first},
                                   {"last", notice.last},
                                   {"subscriber", notice.reader},
                                   {"reason", reason}});
  }

  const std::string journal_;
  const std::uint64_t limit_;
  EventJournal& events_;
  Log& log_;
};

}  // namespace

void tell_journal_notices(JournalWriter& journal, std::uint64_t low_space_bytes,
                          EventJournal& events, Log& log) noexcept {
  if (!journal.has_notices()) return;
  try {
    Teller teller(journal.folder().string(), low_space_bytes, events, log);
    for (const JournalNotice& notice : journal.take_notices()) teller.tell(notice);
  } catch (const std::exception&) {
    return;  // without memory for the words: the subscriber gets its gap all the same
  }
}

}  // namespace hookwire

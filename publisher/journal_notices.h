#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hookwire/base/log.h"
#include "hookwire/base/value.h"
#include "hookwire/journal/journal_writer.h"

#include "event_journal.h"

namespace hookwire {

/// Tells of what the journal's retention did or saw, as events and in the log: `system/low_space`
/// and `system/enough_space` {free_bytes, limit_bytes}; `system/gap` {epoch, first, last,
/// subscriber, reason} for history that went before a named subscriber had it. What the journal
/// does not take is told later. Confined to one thread.
class JournalNotices {
 public:
  /// So many wait for the journal to take them; of more some are forgotten, as keep_notice() says.
  static constexpr std::size_t kMost = 64;

  /// The references must outlive the object.
  JournalNotices(JournalWriter& journal, std::uint64_t low_space_bytes, EventJournal& events,
                 Log& log)
      : journal_(journal), limit_(low_space_bytes), events_(events), log_(log) {}

  /// Logs what is new, and tells it and what waits. Does not wait for the journal. Never throws.
  void tell() noexcept;

 private:
  void log_it(const JournalNotice& notice);
  std::string space(const JournalNotice& notice) const;
  bool offer(const JournalNotice& notice);
  bool offer_space(std::string_view what, const JournalNotice& notice);
  bool offer_passed(const JournalNotice& notice);

  JournalWriter& journal_;
  const std::uint64_t limit_;
  EventJournal& events_;
  Log& log_;
  std::vector<JournalNotice> untold_;  // oldest first
};

}  // namespace hookwire

#include <algorithm>
#include <string>

#include "hookwire/schemas/status.h"

namespace hookwire {

namespace {

std::string range(const GapReport& gap) {
  return "events " + std::to_string(gap.first) + " to " + std::to_string(gap.last);
}

}  // namespace

std::vector<StatusProblem> find_problems(const StatusReport& report,
                                         std::optional<std::uint64_t> max_lag) {
  std::vector<StatusProblem> found;
  const auto now = [&](std::string text) { found.push_back({true, std::move(text)}); };
  const auto past = [&](std::string text) { found.push_back({false, std::move(text)}); };
  if (report.journal_failing) now("the journal takes no events: " + report.journal_error);
  if (report.sync_failing) {
    now("the journal cannot be synced until the publisher starts anew; a loss of power takes the "
        "events behind " +
        std::to_string(report.durable_sequence) + ": " + report.sync_error);
  } else if (!report.sync_error.empty()) {
    past("a sync of the journal failed: " + report.sync_error);
  }
  if (report.low_space_bytes > 0 && report.free_bytes < report.low_space_bytes) {
    now("space is low: " + std::to_string(report.free_bytes) + " bytes are free, the limit is " +
        std::to_string(report.low_space_bytes));
  }
  if (report.lost_events > 0) {
    past("a gap: the journal did not take " + std::to_string(report.lost_events) +
         " events: " + report.journal_error);
  }
  for (const GapReport& gap : report.gaps) {
    past("a gap: " + (gap.first > 0 ? range(gap) + " cannot be read: " : "") + gap.reason);
  }
  if (report.more_gaps > 0) past("and " + std::to_string(report.more_gaps) + " gaps more");
  if (report.live && report.live->unread > 0) {
    past("a gap: the live feed could not read " + std::to_string(report.live->unread) + " events");
  }
  for (const SessionReport& session : report.sessions) {
    const std::string who = session.name.empty() ? "session " + session.session : session.name;
    if (session.gap_records > 0) {
      past("a gap: " + who + " was told that it does not get " +
           std::to_string(session.gap_records) + " events");
    }
    const bool has_cursor =
        std::any_of(report.cursors.begin(), report.cursors.end(),
                    [&](const CursorReport& each) { return each.name == session.name; });
    if (max_lag && session.lag > *max_lag && !has_cursor) {
      past("a lag: " + who + " lacks " + std::to_string(session.lag) + " events");
    }
  }
  for (const CursorReport& cursor : report.cursors) {
    // A name that nobody uses any more keeps its cursor for long.
    if (cursor.passed && (cursor.connected || cursor.retained)) {
      past("a gap: events went before " + cursor.name + " acknowledged them; it has " +
           (cursor.sequence == 0 ? "none" : "those through " + std::to_string(cursor.sequence)));
    }
    if (max_lag && cursor.lag > *max_lag) {
      past("a lag: " + cursor.name + " lacks " + std::to_string(cursor.lag) + " events");
    }
  }
  return found;
}

}  // namespace hookwire

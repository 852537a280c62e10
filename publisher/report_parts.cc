#include "report_parts.h"

#include <algorithm>
#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

void report_writer(const JournalWriter& journal, StatusReport& report) {
  report.running = true;
  report.journal = hex_id(journal.journal_id());
  report.epoch = journal.epoch();
  report.last_sequence = journal.last_sequence();
  report.durable_sequence = journal.durable_sequence();
  for (const JournalGap& gap : journal.recovery().gaps) {
    report.add_gap({.first = gap.first, .last = gap.last, .reason = gap.reason});
  }
}

void report_events(EventJournal& events, const JournalWriter& journal, JournalSync sync,
                   StatusReport& report) {
  report.journal_failing = events.failing();
  report.journal_error = events.why();
  report.sync_error = journal.sync_error();
  // With JournalSync::disk a new segment was begun.
  report.sync_failing = !report.sync_error.empty() && sync == JournalSync::os;
  report.events = events.events();
  report.cut_events = events.cut();
  report.lost_events = events.lost();
  report.refused_calls = events.refused();
}

void report_live(const LiveStatus& status, StatusReport& report) {
  report.live = LiveReport{.through = status.through,
                           .sent_records = status.sent_records,
                           .unread = status.unread,
                           .prefixes = status.prefixes,
                           .disconnections = status.disconnections};
}

void report_relay(const RelayStatus& status, std::span<const std::string> retained,
                  StatusReport& report) {
  report.first_sequence = status.first_sequence;
  report.refused_requests = status.refused_by_code;
  report.expired_sessions = status.expired_sessions;
  report.displaced_sessions = status.displaced_sessions;
  for (const SessionStatus& session : status.sessions) {
    report.sessions.push_back({.session = hex_id(session.session),
                               .name = session.name,
                               .position = session.position,
                               .acknowledged = session.acknowledged,
                               .lag = session.lag,
                               .sent_records = session.sent_records,
                               .sent_bytes = session.sent_bytes,
                               .gap_records = session.gap_records});
  }
  for (const CursorStatus& cursor : status.cursors) {
    report.cursors.push_back(
        {.name = cursor.name,
         .epoch = cursor.epoch,
         .sequence = cursor.sequence,
         .lag = cursor.lag,
         .connected = cursor.connected,
         .retained = std::ranges::find(retained, cursor.name) != retained.end(),
         .passed = cursor.passed});
  }
}

void report_files(FileSystem& file_system, const std::filesystem::path& folder,
                  StatusReport& report) {
  report.segments = report.journal_bytes = 0;
  for (const std::string& name : file_system.list(folder)) {
    if (!name.ends_with(".hwj")) continue;
    try {
      report.journal_bytes += file_system.open(folder / name, OpenMode::read)->size();
      ++report.segments;
    } catch (const IoError& error) {
      if (error.error_number() != ENOENT) throw;
    }
  }
  report.free_bytes = file_system.free_bytes(folder);
}

}  // namespace hookwire

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "hookwire/schemas/open_metrics.h"
#include "hookwire/schemas/status.h"

// Which metric shows what of a report. docs/status.md lists them, with their labels, and a test
// compares.

namespace hookwire {

namespace {

using Family = MetricsWriter::Family;

// The counters and gauges of a whole publisher.
struct Scalar {
  Family family;
  std::uint64_t (*value)(const StatusReport& report);
};

constexpr std::array kProgram{
    Scalar{{"hookwire_journal_running", "gauge", "", "1 while a process writes the journal."},
           [](const StatusReport& r) { return std::uint64_t{r.running}; }},
    Scalar{{"hookwire_journal_epoch", "gauge", "", "The journal's epoch."},
           [](const StatusReport& r) { return std::uint64_t{r.epoch}; }},
    Scalar{{"hookwire_journal_first_sequence", "gauge", "", "The oldest event that is kept."},
           [](const StatusReport& r) { return r.first_sequence; }},
    Scalar{{"hookwire_journal_last_sequence", "gauge", "", "The newest event."},
           [](const StatusReport& r) { return r.last_sequence; }},
    Scalar{{"hookwire_journal_durable_sequence", "gauge", "",
            "The newest event known to be on stable storage."},
           [](const StatusReport& r) { return r.durable_sequence; }},
    Scalar{{"hookwire_journal_segments", "gauge", "", "Segment files of the journal."},
           [](const StatusReport& r) { return r.segments; }},
    Scalar{{"hookwire_journal_size_bytes", "gauge", "bytes", "Size of the segment files."},
           [](const StatusReport& r) { return r.journal_bytes; }},
    Scalar{{"hookwire_journal_free_bytes", "gauge", "bytes",
            "Space that is free in the journal's file system."},
           [](const StatusReport& r) { return r.free_bytes; }},
    Scalar{{"hookwire_journal_low_space_bytes", "gauge", "bytes",
            "With less free space than this it is low; 0: there is no limit."},
           [](const StatusReport& r) { return r.low_space_bytes; }},
    Scalar{{"hookwire_journal_failing", "gauge", "", "1 while the journal takes no events."},
           [](const StatusReport& r) { return std::uint64_t{r.journal_failing}; }},
    Scalar{{"hookwire_journal_sync_failing", "gauge", "",
            "1 while the journal cannot be synced any more."},
           [](const StatusReport& r) { return std::uint64_t{r.sync_failing}; }},
    Scalar{{"hookwire_journal_gaps", "gauge", "",
            "Ranges of events that could not be read when the journal was opened."},
           [](const StatusReport& r) { return r.gaps.size() + r.more_gaps; }},
    Scalar{{"hookwire_events", "counter", "", "Events written to the journal."},
           [](const StatusReport& r) { return r.events; }},
    Scalar{{"hookwire_events_cut", "counter", "", "Events cut down since they did not fit."},
           [](const StatusReport& r) { return r.cut_events; }},
    Scalar{{"hookwire_events_lost", "counter", "", "Events that the journal did not take."},
           [](const StatusReport& r) { return r.lost_events; }},
    Scalar{{"hookwire_calls_refused", "counter", "",
            "Calls refused since their begin could not be recorded."},
           [](const StatusReport& r) { return r.refused_calls; }},
    Scalar{{"hookwire_calls_aborted", "counter", "",
            "Calls that a crash left open, closed when the journal was opened."},
           [](const StatusReport& r) { return r.aborted_calls; }},
    Scalar{{"hookwire_stream_sessions", "gauge", "", "Clients connected to the stream."},
           [](const StatusReport& r) { return std::uint64_t{r.sessions.size()}; }},
    Scalar{{"hookwire_stream_expired_sessions", "counter", "",
            "Sessions that ended since the client was silent."},
           [](const StatusReport& r) { return r.expired_sessions; }},
    Scalar{{"hookwire_stream_displaced_sessions", "counter", "",
            "Sessions that another client of the same name took over."},
           [](const StatusReport& r) { return r.displaced_sessions; }},
};

void write_hook(const HookReport& hook, std::string_view publisher, MetricsWriter& writer) {
  constexpr Family kRuns{"hookwire_hook_runs", "counter", "", "Times that a phase of a hook ran."};
  constexpr Family kEnabled{"hookwire_hook_enabled", "gauge", "",
                            "1 while a phase of a hook is switched on."};
  constexpr Family kErrors{"hookwire_hook_errors", "counter", "",
                           "Times that a hook raised, suppressed or not."};
  constexpr Family kVetoes{"hookwire_hook_vetoes", "counter", "", "Calls that a hook refused."};
  constexpr Family kOverruns{"hookwire_hook_overruns", "counter", "",
                             "Runs that took longer than the hook's time budget."};
  constexpr Family kSkips{"hookwire_hook_skips", "counter", "", "Calls that skipped a hook."};
  constexpr Family kOpen{"hookwire_hook_breaker_open", "gauge", "",
                         "1 while a hook is skipped since it failed too often."};
  constexpr Family kDurations{"hookwire_hook_duration_seconds", "histogram", "seconds",
                              "How long a phase of a hook took, where it is measured."};
  struct Phase {
    std::string_view name;
    std::uint64_t runs;
    const DurationHistogram& durations;
  };
  const std::array phases{Phase{"pre", hook.pre_count, hook.pre_durations},
                          Phase{"post", hook.post_count, hook.post_durations},
                          Phase{"failure", hook.failure_count, hook.failure_durations},
                          Phase{"periodic", hook.periodic_count, hook.periodic_durations}};
  const auto labels = [&](std::string_view phase) {
    return std::array<std::pair<std::string_view, std::string_view>, 3>{
        {{"publisher", publisher}, {"hook", hook.name}, {"phase", phase}}};
  };
  for (const Phase& phase : phases) {
    const auto [a, b, c] = labels(phase.name);
    writer.sample(kRuns, {a, b, c}, phase.runs);
    if (phase.durations.count() > 0) writer.histogram(kDurations, {a, b, c}, phase.durations);
  }
  for (const auto& [name, on] : {std::pair{"pre", hook.pre}, std::pair{"post", hook.post},
                                 std::pair{"periodic", hook.periodic}}) {
    const auto [a, b, c] = labels(name);
    writer.sample(kEnabled, {a, b, c}, on ? 1 : 0);
  }
  const MetricsWriter::Labels own{{"publisher", publisher}, {"hook", hook.name}};
  writer.sample(kErrors, own, hook.error_count);
  writer.sample(kVetoes, own, hook.veto_count);
  writer.sample(kOverruns, own, hook.overrun_count);
  writer.sample(kSkips, own, hook.skip_count);
  writer.sample(kOpen, own, hook.breaker == "open" || hook.breaker == "trying" ? 1 : 0);
}

void write_method(const MethodReport& method, std::string_view publisher, MetricsWriter& writer) {
  constexpr Family kCalls{"hookwire_calls", "counter", "",
                          "Calls by how they ended, where they are measured."};
  constexpr Family kDurations{
      "hookwire_call_duration_seconds", "histogram", "seconds",
      "How long calls took, driver and hooks together, where it is measured."};
  for (const auto& [outcome, count] :
       {std::pair{"success", method.success}, std::pair{"failure", method.failure},
        std::pair{"vetoed", method.vetoed},
        std::pair{"post_hook_failed", method.post_hook_failed}}) {
    writer.sample(
        kCalls, {{"publisher", publisher}, {"method", method.method}, {"outcome", outcome}}, count);
  }
  writer.histogram(kDurations, {{"publisher", publisher}, {"method", method.method}},
                   method.durations);
}

// By the client's name: a session has a number that is never seen again, and series that never end
// would be made of it. A name has one session; those without a name have a lag alone, since a sum
// of counters that come and go counts nothing.
void write_sessions(const std::vector<SessionReport>& sessions, std::string_view publisher,
                    MetricsWriter& writer) {
  constexpr Family kLag{"hookwire_session_lag_events", "gauge", "",
                        "Events that a connected client was not sent yet; of those without a name "
                        "the most."};
  constexpr Family kEvents{"hookwire_session_sent_events", "counter", "",
                           "Events sent to a connected client."};
  constexpr Family kBytes{"hookwire_session_sent_bytes", "counter", "bytes",
                          "Bytes of events sent to a connected client."};
  constexpr Family kGaps{"hookwire_session_gap_events", "counter", "",
                         "Events that a connected client was told it does not get."};
  std::map<std::string_view, SessionReport> named;
  for (const SessionReport& session : sessions) {
    SessionReport& all = named[session.name];
    all.lag = std::max(all.lag, session.lag);
    all.sent_records += session.sent_records;
    all.sent_bytes += session.sent_bytes;
    all.gap_records += session.gap_records;
  }
  for (const auto& [name, session] : named) {
    const MetricsWriter::Labels labels{{"publisher", publisher}, {"name", name}};
    writer.sample(kLag, labels, session.lag);
    if (name.empty()) continue;
    writer.sample(kEvents, labels, session.sent_records);
    writer.sample(kBytes, labels, session.sent_bytes);
    writer.sample(kGaps, labels, session.gap_records);
  }
}

void write_cursor(const CursorReport& cursor, std::string_view publisher, MetricsWriter& writer) {
  constexpr Family kLag{"hookwire_cursor_lag_events", "gauge", "",
                        "Events that a named client did not acknowledge yet."};
  constexpr Family kSequence{"hookwire_cursor_sequence", "gauge", "",
                             "The last event that a named client acknowledged."};
  constexpr Family kConnected{"hookwire_cursor_connected", "gauge", "",
                              "1 while a named client is connected."};
  constexpr Family kRetained{"hookwire_cursor_retained", "gauge", "",
                             "1 of a named client that retain_for names."};
  constexpr Family kPassed{"hookwire_cursor_passed", "gauge", "",
                           "1 when events went before a named client acknowledged them."};
  const MetricsWriter::Labels labels{{"publisher", publisher}, {"cursor", cursor.name}};
  writer.sample(kLag, labels, cursor.lag);
  writer.sample(kSequence, labels, cursor.sequence);
  writer.sample(kConnected, labels, cursor.connected ? 1 : 0);
  writer.sample(kRetained, labels, cursor.retained ? 1 : 0);
  writer.sample(kPassed, labels, cursor.passed ? 1 : 0);
}

void write_live(const LiveReport& live, std::string_view publisher, MetricsWriter& writer) {
  constexpr Family kThrough{"hookwire_live_through_sequence", "gauge", "",
                            "The event through which everything was sent live."};
  constexpr Family kSent{"hookwire_live_sent_events", "counter", "",
                         "Events sent live, each once however many listened."};
  constexpr Family kUnread{"hookwire_live_unread_events", "counter", "",
                           "Events that the live feed could not read."};
  constexpr Family kPrefixes{"hookwire_live_prefixes", "gauge", "",
                             "Different prefixes that listeners subscribed."};
  constexpr Family kDisconnections{"hookwire_live_disconnections", "counter", "",
                                   "Times that all listeners were disconnected."};
  const MetricsWriter::Labels labels{{"publisher", publisher}};
  writer.sample(kThrough, labels, live.through);
  writer.sample(kSent, labels, live.sent_records);
  writer.sample(kUnread, labels, live.unread);
  writer.sample(kPrefixes, labels, live.prefixes);
  writer.sample(kDisconnections, labels, live.disconnections);
}

void write_report(const StatusReport& report, MetricsWriter& writer) {
  constexpr Family kBuild{"hookwire_build_info", "gauge", "", "1; the program's version."};
  constexpr Family kJournal{"hookwire_journal_info", "gauge", "", "1; the journal's id."};
  constexpr Family kRefused{"hookwire_stream_refused_requests", "counter", "",
                            "Requests of clients that were refused, by the error's code."};
  const std::string_view publisher = report.publisher;
  writer.sample(kBuild, {{"publisher", publisher}, {"version", report.version}}, 1);
  if (!report.journal.empty()) {
    writer.sample(kJournal, {{"publisher", publisher}, {"journal", report.journal}}, 1);
    for (const Scalar& scalar : kProgram) {
      writer.sample(scalar.family, {{"publisher", publisher}}, scalar.value(report));
    }
    for (const auto& [code, count] : report.refused_requests) {
      writer.sample(kRefused, {{"publisher", publisher}, {"code", code}}, count);
    }
  }
  if (report.live) write_live(*report.live, publisher, writer);
  for (const HookReport& hook : report.hooks) write_hook(hook, publisher, writer);
  for (const MethodReport& method : report.methods) write_method(method, publisher, writer);
  write_sessions(report.sessions, publisher, writer);
  for (const CursorReport& cursor : report.cursors) write_cursor(cursor, publisher, writer);
}

}  // namespace

std::string to_metrics(std::span<const StatusReport> reports, MetricsForm form) {
  MetricsWriter writer(form);
  for (const StatusReport& report : reports) write_report(report, writer);
  return writer.take();
}

}  // namespace hookwire

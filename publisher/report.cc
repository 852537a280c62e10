#include "hookwire/publisher/report.h"

#include <algorithm>
#include <utility>

#include "hookwire/journal/journal_inspection.h"
#include "hookwire/journal/journal_reader.h"

#include "report_parts.h"
#include "stream_cursor_file.h"
#include "stream_start.h"

namespace hookwire {

namespace {

constexpr std::uint64_t kLowSpaceSegments = 4;

HookReport report_of(const HookStatus& hook) {
  const auto durations = [&](HookPhase phase) {
    return hook.durations[static_cast<std::size_t>(phase)];
  };
  return {.name = hook.name,
          .class_name = hook.class_name,
          .pre = hook.switches.pre,
          .post = hook.switches.post,
          .periodic = hook.switches.periodic,
          .pre_count = hook.pre_count,
          .post_count = hook.post_count,
          .failure_count = hook.failure_count,
          .periodic_count = hook.periodic_count,
          .error_count = hook.error_count,
          .veto_count = hook.veto_count,
          .overrun_count = hook.overrun_count,
          .skip_count = hook.skip_count,
          .breaker = std::string(to_string(hook.breaker)),
          .failures_in_a_row = hook.failures_in_a_row,
          .pre_durations = durations(HookPhase::pre),
          .post_durations = durations(HookPhase::post),
          .failure_durations = durations(HookPhase::failure),
          .periodic_durations = durations(HookPhase::periodic)};
}

MethodReport report_of(const CallStatus& call) {
  using Outcome = CallReport::Outcome;
  return {.method = call.method,
          .success = call.count(Outcome::success),
          .failure = call.count(Outcome::failure),
          .vetoed = call.count(Outcome::vetoed),
          .post_hook_failed = call.count(Outcome::post_hook_failed),
          .durations = call.durations};
}

void report_cursors(FileSystem& file_system, const std::filesystem::path& folder,
                    JournalReader& journal, StatusReport& report) {
  const auto cursors = read_cursors(file_system, folder, journal.journal_id());
  if (!cursors) report.add_gap({.first = 0, .last = 0, .reason = "the file cursors is damaged"});
  for (const auto& [name, cursor] : cursors.value_or(StreamCursorMap())) {
    const std::uint64_t kept = last_survivor(journal, cursor.sequence, cursor.epoch);
    report.cursors.push_back({.name = name,
                              .epoch = cursor.epoch,
                              .sequence = cursor.sequence,
                              .lag = report.last_sequence - std::min(kept, report.last_sequence),
                              .passed = cursor.sequence > 0 && kept + 1 < report.first_sequence});
  }
}

}  // namespace

void report_hooks(const HookChain& chain, StatusReport& report) {
  for (const HookStatus& hook : chain.status()) report.hooks.push_back(report_of(hook));
  for (const CallStatus& call : chain.calls()) report.methods.push_back(report_of(call));
}

StatusReport report_journal(FileSystem& file_system, const std::filesystem::path& folder) {
  const JournalInspection found = inspect_journal(file_system, folder);
  JournalReader journal(file_system, folder);
  StatusReport report{.running = found.writer_alive,
                      .journal = hex_id(journal.journal_id()),
                      .epoch = found.epoch,
                      .first_sequence = found.first_sequence,
                      .last_sequence = found.last_sequence,
                      .durable_sequence = journal.durable_sequence()};
  for (const JournalDamage& damage : found.damage) {
    report.add_gap({.first = damage.first_sequence,
                    .last = damage.last_sequence,
                    .reason = damage.segment + ": " + damage.what});
  }
  for (const SegmentInfo& segment : found.segments) {
    report.low_space_bytes =
        std::max(report.low_space_bytes, kLowSpaceSegments * segment.file_bytes);
  }
  report_files(file_system, folder, report);
  report_cursors(file_system, folder, journal, report);
  return report;
}

}  // namespace hookwire

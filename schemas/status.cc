#include "hookwire/schemas/status.h"

#include <array>
#include <concepts>
#include <cstdio>
#include <type_traits>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/from_value.h"
#include "hookwire/schemas/body_writer.h"

#include "message_tree.h"

namespace hookwire {

// Ahead of all, so that the overloads for lists of them find them.
void visit_value(const DurationHistogram& report, ValueVisitor& visitor);
void visit_value(const HookReport& report, ValueVisitor& visitor);
void visit_value(const MethodReport& report, ValueVisitor& visitor);
void visit_value(const SessionReport& report, ValueVisitor& visitor);
void visit_value(const CursorReport& report, ValueVisitor& visitor);
void visit_value(const LiveReport& report, ValueVisitor& visitor);
void visit_value(const GapReport& report, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, DurationHistogram& out);
void from_value(const Value& value, std::string_view what, HookReport& out);
void from_value(const Value& value, std::string_view what, MethodReport& out);
void from_value(const Value& value, std::string_view what, SessionReport& out);
void from_value(const Value& value, std::string_view what, CursorReport& out);
void from_value(const Value& value, std::string_view what, LiveReport& out);
void from_value(const Value& value, std::string_view what, GapReport& out);

namespace {

constexpr DecodeLimits kStatusLimits{.depth = 8, .elements = 20000};

template <class Given, class Report>
concept Same = std::same_as<std::remove_const_t<Given>, Report>;

// What there is of each report: written and read by the same list.

void fields(Same<HookReport> auto& hook, auto&& field) {
  field("name", hook.name);
  field("class", hook.class_name);
  field("pre", hook.pre);
  field("post", hook.post);
  field("periodic", hook.periodic);
  field("pre_count", hook.pre_count);
  field("post_count", hook.post_count);
  field("failure_count", hook.failure_count);
  field("periodic_count", hook.periodic_count);
  field("error_count", hook.error_count);
  field("veto_count", hook.veto_count);
  field("overrun_count", hook.overrun_count);
  field("skip_count", hook.skip_count);
  field("breaker", hook.breaker);
  field("failures_in_a_row", hook.failures_in_a_row);
  field("pre_durations", hook.pre_durations);
  field("post_durations", hook.post_durations);
  field("failure_durations", hook.failure_durations);
  field("periodic_durations", hook.periodic_durations);
}

void fields(Same<MethodReport> auto& method, auto&& field) {
  field("method", method.method);
  field("success", method.success);
  field("failure", method.failure);
  field("vetoed", method.vetoed);
  field("post_hook_failed", method.post_hook_failed);
  field("durations", method.durations);
}

void fields(Same<SessionReport> auto& session, auto&& field) {
  field("session", session.session);
  field("name", session.name);
  field("position", session.position);
  field("acknowledged", session.acknowledged);
  field("lag", session.lag);
  field("sent_records", session.sent_records);
  field("sent_bytes", session.sent_bytes);
  field("gap_records", session.gap_records);
}

void fields(Same<CursorReport> auto& cursor, auto&& field) {
  field("name", cursor.name);
  field("epoch", cursor.epoch);
  field("sequence", cursor.sequence);
  field("lag", cursor.lag);
  field("connected", cursor.connected);
  field("retained", cursor.retained);
  field("passed", cursor.passed);
}

void fields(Same<LiveReport> auto& live, auto&& field) {
  field("through", live.through);
  field("sent_records", live.sent_records);
  field("unread", live.unread);
  field("prefixes", live.prefixes);
  field("disconnections", live.disconnections);
}

void fields(Same<GapReport> auto& gap, auto&& field) {
  field("first", gap.first);
  field("last", gap.last);
  field("reason", gap.reason);
}

void fields(Same<StatusReport> auto& report, auto&& field) {
  field("publisher", report.publisher);
  field("version", report.version);
  field("running", report.running);
  field("journal", report.journal);
  field("epoch", report.epoch);
  field("first_sequence", report.first_sequence);
  field("last_sequence", report.last_sequence);
  field("durable_sequence", report.durable_sequence);
  field("segments", report.segments);
  field("journal_bytes", report.journal_bytes);
  field("free_bytes", report.free_bytes);
  field("low_space_bytes", report.low_space_bytes);
  field("journal_failing", report.journal_failing);
  field("journal_error", report.journal_error);
  field("sync_failing", report.sync_failing);
  field("sync_error", report.sync_error);
  field("events", report.events);
  field("cut_events", report.cut_events);
  field("lost_events", report.lost_events);
  field("refused_calls", report.refused_calls);
  field("aborted_calls", report.aborted_calls);
  field("gaps", report.gaps);
  field("more_gaps", report.more_gaps);
  field("refused_requests", report.refused_requests);
  field("expired_sessions", report.expired_sessions);
  field("displaced_sessions", report.displaced_sessions);
  field("live", report.live);
  field("hooks", report.hooks);
  field("methods", report.methods);
  field("sessions", report.sessions);
  field("cursors", report.cursors);
}

template <class Report>
void write_fields(const Report& report, ValueVisitor& visitor) {
  std::size_t count = 0;
  fields(report, [&](std::string_view, const auto&) { ++count; });
  visitor.begin_map(count);
  fields(report, [&](std::string_view name, const auto& value) {
    visitor.key(name);
    visit_value(value, visitor);
  });
  visitor.end_map();
}

template <class Report>
void read_fields(const Value& value, std::string_view what, Report& out) {
  if (value.map() == nullptr) refuse_value(what, "an object", value);
  fields(out, [&](std::string_view name, auto& field) {
    const Value* const found = value.find(name);
    if (found == nullptr) return;
    from_value(*found, std::string(what) + "." + std::string(name), field);
  });
}

}  // namespace

void visit_value(const DurationHistogram& histogram, ValueVisitor& visitor) {
  std::size_t used = histogram.counts.size();
  while (used > 0 && histogram.counts[used - 1] == 0) --used;
  visitor.begin_map(3);
  visit_entry("count", histogram.count(), visitor);
  visit_entry("sum_ns", histogram.sum_ns, visitor);
  visitor.key("counts");
  visitor.begin_list(used);
  for (std::size_t i = 0; i < used; ++i) visitor.unsigned_integer(histogram.counts[i]);
  visitor.end_list();
  visitor.end_map();
}

void from_value(const Value& value, std::string_view what, DurationHistogram& out) {
  if (value.map() == nullptr) refuse_value(what, "an object", value);
  out = {};
  if (const Value* sum = value.find("sum_ns")) from_value(*sum, what, out.sum_ns);
  std::vector<std::uint64_t> counts;
  if (const Value* given = value.find("counts")) from_value(*given, what, counts);
  for (std::size_t i = 0; i < counts.size() && i < out.counts.size(); ++i) {
    out.counts[i] = counts[i];
  }
}

void visit_value(const HookReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void visit_value(const MethodReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void visit_value(const SessionReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void visit_value(const CursorReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void visit_value(const LiveReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void visit_value(const GapReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void from_value(const Value& value, std::string_view what, HookReport& out) {
  read_fields(value, what, out);
}
void from_value(const Value& value, std::string_view what, MethodReport& out) {
  read_fields(value, what, out);
}
void from_value(const Value& value, std::string_view what, SessionReport& out) {
  read_fields(value, what, out);
}
void from_value(const Value& value, std::string_view what, CursorReport& out) {
  read_fields(value, what, out);
}
void from_value(const Value& value, std::string_view what, LiveReport& out) {
  read_fields(value, what, out);
}
void from_value(const Value& value, std::string_view what, GapReport& out) {
  read_fields(value, what, out);
}

void visit_value(const StatusReport& report, ValueVisitor& visitor) {
  write_fields(report, visitor);
}
void from_value(const Value& value, std::string_view what, StatusReport& out) {
  read_fields(value, what, out);
}

void StatusReport::add_gap(GapReport gap) {
  if (gaps.size() < kMaxGaps) {
    gaps.push_back(std::move(gap));
  } else {
    ++more_gaps;
  }
}

std::string hex_id(std::uint64_t id) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(id));
  return text.data();
}

std::vector<std::byte> encode_status(const StatusReport& report) {
  for (std::size_t room = kMaxStatusPartBytes;; room *= 4) {
    std::vector<std::byte> bytes(room);
    BodyWriter writer(bytes);
    visit_value(report, writer);
    if (!writer.overflowed()) {
      bytes.resize(writer.size());
      return bytes;
    }
    if (room >= kMaxStatusBytes) {
      throw Error(ErrorCode::bad_input,
                  "the status takes more than " + std::to_string(kMaxStatusBytes) + " bytes");
    }
  }
}

StatusReport decode_status(std::span<const std::byte> bytes) {
  if (bytes.size() > kMaxStatusBytes) {
    throw Error(ErrorCode::bad_input, "the status is of " + std::to_string(bytes.size()) +
                                          " bytes, expected " + std::to_string(kMaxStatusBytes) +
                                          " at most");
  }
  const MessageTree tree(bytes, kStatusLimits);
  if (!tree.fault().empty()) {
    throw Error(ErrorCode::bad_input, "the status cannot be read: " + tree.fault());
  }
  StatusReport report;
  from_value(tree.value(0), "status", report);
  return report;
}

}  // namespace hookwire

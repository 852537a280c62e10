#include "hookwire/format/status_text.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "hookwire/format/printable.h"

#include "text_fields.h"

namespace hookwire {

namespace {

constexpr std::size_t kTitleWidth = 9;
constexpr std::size_t kMostCharacters = 120;

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits{"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text.data();
}

// The bound of the bucket in which the quantile lies: "<= 1.0 us".
std::string quantile_text(const DurationHistogram& histogram, double quantile) {
  const auto wanted = static_cast<double>(histogram.count()) * quantile;
  std::uint64_t sum = 0;
  std::size_t index = 0;
  for (; index < DurationHistogram::kBounds; ++index) {
    sum += histogram.counts[index];
    if (static_cast<double>(sum) >= wanted) break;
  }
  if (index == DurationHistogram::kBounds) return "> 137 s";
  constexpr std::array kUnits{"ns", "us", "ms", "s"};
  auto value = static_cast<double>(DurationHistogram::bound_ns(index));
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "<= %.0f %s" : "<= %.1f %s", value,
                kUnits[unit]);
  return text.data();
}

std::string quantiles(const DurationHistogram& histogram) {
  if (histogram.count() == 0) return "";
  return ", half " + quantile_text(histogram, 0.5) + ", 99 of 100 " +
         quantile_text(histogram, 0.99);
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

class StatusText {
 public:
  explicit StatusText(bool colour) : line_(colour) {}

  void add(std::string_view title, std::string_view text, Tone tone = Tone::plain) {
    line_.add(title, kTitleWidth, Tone::faint);
    line_.add(text, 0, tone);
    all_ += line_.take() + "\n";
  }

  void journal(const StatusReport& r) {
    const std::string events =
        r.last_sequence < r.first_sequence || r.last_sequence == 0
            ? "no events are kept"
            : "events " + number(r.first_sequence) + " to " + number(r.last_sequence);
    add("journal", printable(r.journal, kMostCharacters) + ", epoch " + number(r.epoch) + ", " +
                       events + ", durable " + number(r.durable_sequence) +
                       (r.running ? "" : "; no process writes it"));
    add(" ", number(r.segments) + " segments, " + bytes_text(r.journal_bytes) + "; " +
                 bytes_text(r.free_bytes) + " free");
    if (r.publisher.empty()) return;
    add("events", number(r.events) + " written, " + number(r.cut_events) + " cut down, " +
                      number(r.lost_events) + " lost; calls: " + number(r.refused_calls) +
                      " refused, " + number(r.aborted_calls) + " aborted");
  }

  void hook(const HookReport& h) {
    const auto phase = [](bool on, const char* name, std::uint64_t count) {
      return std::string(name) + " " + number(count) + (on ? "" : " (off)");
    };
    add("hook", name(h.name) + ": " + phase(h.pre, "pre", h.pre_count) + ", " +
                    phase(h.post, "post", h.post_count) + ", failure " + number(h.failure_count) +
                    ", " + phase(h.periodic, "periodic", h.periodic_count) + "; " +
                    number(h.error_count) + " errors, " + number(h.veto_count) + " vetoes, " +
                    number(h.overrun_count) + " over budget, " + number(h.skip_count) +
                    " skipped; breaker " + printable(h.breaker, kMostCharacters));
    if (h.pre_durations.count() > 0) add(" ", "pre" + quantiles(h.pre_durations));
    if (h.post_durations.count() > 0) add(" ", "post" + quantiles(h.post_durations));
  }

  void method(const MethodReport& m) {
    add("calls", name(m.method) + ": " + number(m.success) + " worked, " + number(m.failure) +
                     " failed, " + number(m.vetoed) + " vetoed, " + number(m.post_hook_failed) +
                     " with a failed post hook" + quantiles(m.durations));
  }

  void session(const SessionReport& s) {
    add("session", (s.name.empty() ? "without a name" : name(s.name)) + " " +
                       printable(s.session, kMostCharacters) + ": lag " + number(s.lag) +
                       ", acknowledged " + number(s.acknowledged) + ", sent " +
                       number(s.sent_records) + " events of " + bytes_text(s.sent_bytes) +
                       (s.gap_records > 0 ? ", gap " + number(s.gap_records) : ""));
  }

  void cursor(const CursorReport& c) {
    add("cursor", name(c.name) + ": at " + number(c.sequence) + " of epoch " + number(c.epoch) +
                      ", lag " + number(c.lag) + (c.connected ? ", connected" : ", not connected"));
  }

  void stream(const StatusReport& r) {
    std::string refused;
    for (const auto& [code, count] : r.refused_requests) {
      refused += (refused.empty() ? "" : ", ") + name(code) + " " + number(count);
    }
    add("stream", number(r.sessions.size()) + " sessions; " + number(r.expired_sessions) +
                      " expired, " + number(r.displaced_sessions) +
                      " displaced; requests refused: " + (refused.empty() ? "none" : refused));
    if (!r.live) return;
    add("live", "through " + number(r.live->through) + ", sent " + number(r.live->sent_records) +
                    ", unread " + number(r.live->unread) + ", " + number(r.live->prefixes) +
                    " prefixes, " + number(r.live->disconnections) + " disconnections");
  }

  std::string take() { return std::move(all_); }

 private:
  static std::string name(const std::string& text) { return printable(text, kMostCharacters); }

  TextLine line_;
  std::string all_;
};

}  // namespace

std::string to_text(const StatusReport& report, const std::vector<StatusProblem>& problems,
                    bool colour) {
  StatusText text(colour);
  if (!report.publisher.empty()) {
    text.add("publisher", printable(report.publisher, kMostCharacters) + ", hookwire " +
                              printable(report.version, kMostCharacters));
  }
  if (!report.journal.empty()) text.journal(report);
  for (const HookReport& hook : report.hooks) text.hook(hook);
  for (const MethodReport& method : report.methods) text.method(method);
  if (!report.publisher.empty() && !report.journal.empty()) text.stream(report);
  for (const SessionReport& session : report.sessions) text.session(session);
  for (const CursorReport& cursor : report.cursors) text.cursor(cursor);
  for (const StatusProblem& problem : problems) {
    text.add("wrong", printable(problem.text, 4 * kMostCharacters), Tone::bad);
  }
  return text.take();
}

}  // namespace hookwire

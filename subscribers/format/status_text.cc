#include "hookwire/format/status_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <utility>

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

// The bound of the bucket in which the quantile lies, "1.0 us"; empty when nothing was measured.
std::string quantile(const DurationHistogram& histogram, double share) {
  if (histogram.count() == 0) return "";
  const auto wanted = static_cast<double>(histogram.count()) * share;
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
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text.data();
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

  void hooks(const std::vector<HookReport>& hooks) {
    if (hooks.empty()) return;
    const std::size_t width = widest(hooks, &HookReport::name, 6);
    row(width, "hook", {"phase", "runs", "half in", "99 % in"}, Tone::faint);
    for (const HookReport& h : hooks) {
      std::string title = name(h.name);
      const auto phase = [&](bool on, const char* what, std::uint64_t count,
                             const DurationHistogram& durations) {
        row(width, title,
            {what, number(count) + (on ? "" : " (off)"), quantile(durations, 0.5),
             quantile(durations, 0.99)});
        title.clear();
      };
      phase(h.pre, "pre", h.pre_count, h.pre_durations);
      phase(h.post, "post", h.post_count, h.post_durations);
      phase(h.post, "failure", h.failure_count, h.failure_durations);
      phase(h.periodic, "periodic", h.periodic_count, h.periodic_durations);
      notes(width,
            {{"raised", h.error_count},
             {"vetoed", h.veto_count},
             {"over its budget", h.overrun_count},
             {"skipped", h.skip_count}},
            h.breaker == "off" || h.breaker == "closed"
                ? ""
                : "breaker " + printable(h.breaker, kMostCharacters));
    }
  }

  void methods(const std::vector<MethodReport>& methods) {
    if (methods.empty()) return;
    const std::size_t width = widest(methods, &MethodReport::method, 6);
    row(width, "method", {"worked", "failed", "half in", "99 % in"}, Tone::faint);
    for (const MethodReport& m : methods) {
      row(width, name(m.method),
          {number(m.success), number(m.failure), quantile(m.durations, 0.5),
           quantile(m.durations, 0.99)});
      notes(width, {{"vetoed", m.vetoed}, {"with a failed post hook", m.post_hook_failed}});
    }
  }

  void session(const SessionReport& s) {
    add("session", (s.name.empty() ? "without a name" : name(s.name)) + " " +
                       printable(s.session, kMostCharacters) + ": lag " + number(s.lag) +
                       ", acknowledged " + number(s.acknowledged));
    add(" ", "sent " + number(s.sent_records) + " events of " + bytes_text(s.sent_bytes) +
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

  template <class Report>
  static std::size_t widest(const std::vector<Report>& reports, std::string Report::*title,
                            std::size_t least) {
    for (const Report& report : reports) least = std::max(least, name(report.*title).size());
    return least;
  }

  // A line of a table whose first column is `width` wide.
  void row(std::size_t width, const std::string& title, const std::array<std::string, 4>& cells,
           Tone tone = Tone::plain) {
    std::string line = title + std::string(width - title.size(), ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += " " + std::string(kCellWidths[i] - std::min(kCellWidths[i], cells[i].size()), ' ') +
              cells[i];
    }
    line_.add(line, 0, tone);
    all_ += line_.take() + "\n";
  }

  // Below a line of a table: what is not zero.
  void notes(std::size_t width, std::initializer_list<std::pair<const char*, std::uint64_t>> counts,
             std::string text = "") {
    for (const auto& [what, count] : counts) {
      if (count > 0) text += (text.empty() ? "" : ", ") + number(count) + " " + what;
    }
    if (!text.empty()) all_ += std::string(width + 1, ' ') + text + "\n";
  }

  // With the longest name of a method of share drivers a line has 80 characters.
  static constexpr std::array<std::size_t, 4> kCellWidths{8, 8, 8, 8};

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
  if (!report.publisher.empty() && !report.journal.empty()) text.stream(report);
  for (const SessionReport& session : report.sessions) text.session(session);
  for (const CursorReport& cursor : report.cursors) text.cursor(cursor);
  text.hooks(report.hooks);
  text.methods(report.methods);
  for (const StatusProblem& problem : problems) {
    text.add("wrong", printable(problem.text, 4 * kMostCharacters), Tone::bad);
  }
  return text.take();
}

}  // namespace hookwire

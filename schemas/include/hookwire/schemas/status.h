#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/duration_histogram.h"
#include "hookwire/base/value.h"
#include "hookwire/base/value_visitor.h"

#pragma GCC visibility push(default)
namespace hookwire {

// How a publisher is: what `hookwire status` prints, what a publisher answers on its stream, and
// what /metrics is made of. The names of the fields in JSON and MessagePack are those below; they
// are added to and never change their meaning. docs/status.md says what each counts.

/// One hook of a chain.
struct HookReport {
  std::string name;
  std::string class_name{};
  bool pre = false;  ///< Switched on; also the next two.
  bool post = false;
  bool periodic = false;
  std::uint64_t pre_count = 0;
  std::uint64_t post_count = 0;
  std::uint64_t failure_count = 0;
  std::uint64_t periodic_count = 0;
  std::uint64_t error_count = 0;
  std::uint64_t veto_count = 0;
  std::uint64_t overrun_count = 0;
  std::uint64_t skip_count = 0;
  std::string breaker{};  ///< off, closed, open or trying.
  std::uint64_t failures_in_a_row = 0;
  DurationHistogram pre_durations{};
  DurationHistogram post_durations{};
  DurationHistogram failure_durations{};
  DurationHistogram periodic_durations{};
};

/// What the calls of one method came to.
struct MethodReport {
  std::string method;
  std::uint64_t success = 0;
  std::uint64_t failure = 0;
  std::uint64_t vetoed = 0;
  std::uint64_t post_hook_failed = 0;
  DurationHistogram durations{};
};

/// One client that is connected.
struct SessionReport {
  std::string session;  ///< Its number, 16 hexadecimal digits.
  std::string name{};   ///< Empty: it has none.
  std::uint64_t position = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t lag = 0;
  std::uint64_t sent_records = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t gap_records = 0;
};

/// What a named client acknowledged.
struct CursorReport {
  std::string name;
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
  std::uint64_t lag = 0;
  bool connected = false;
  bool retained = false;  ///< retain_for names it.
  bool passed = false;    ///< Records went before it acknowledged them.
};

struct LiveReport {
  std::uint64_t through = 0;
  std::uint64_t sent_records = 0;
  std::uint64_t unread = 0;
  std::uint64_t prefixes = 0;
  std::uint64_t disconnections = 0;
};

/// Sequences that cannot be read.
struct GapReport {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string reason{};
};

struct StatusReport {
  std::string publisher{};  ///< host@backend; empty when a journal alone was looked at.
  std::string version{};    ///< Of the program.
  bool running = false;     ///< A process writes the journal now.

  std::string journal{};  ///< Its id, 16 hexadecimal digits; empty: nothing is published.
  std::uint32_t epoch = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t durable_sequence = 0;
  std::uint64_t segments = 0;
  std::uint64_t journal_bytes = 0;
  std::uint64_t free_bytes = 0;
  std::uint64_t low_space_bytes = 0;  ///< Less than this free is too little; 0: no limit.
  bool journal_failing = false;       ///< It takes no events now.
  std::string journal_error{};        ///< Why the event lost last was lost.
  bool sync_failing = false;          ///< No sync works any more: nothing becomes durable.
  std::string sync_error{};           ///< Why the last sync that failed did; empty: none failed.

  std::uint64_t events = 0;
  std::uint64_t cut_events = 0;
  std::uint64_t lost_events = 0;
  std::uint64_t refused_calls = 0;
  std::uint64_t aborted_calls = 0;
  std::vector<GapReport> gaps{};  ///< Found when the journal was opened, or looked at.
  std::uint64_t more_gaps = 0;    ///< Besides these kMaxGaps.

  std::map<std::string, std::uint64_t> refused_requests{};  ///< By the code of the error.
  std::uint64_t expired_sessions = 0;
  std::uint64_t displaced_sessions = 0;

  std::optional<LiveReport> live{};  ///< Nothing: there is no live feed.
  std::vector<HookReport> hooks{};
  std::vector<MethodReport> methods{};
  std::vector<SessionReport> sessions{};
  std::vector<CursorReport> cursors{};

  static constexpr std::size_t kMaxGaps = 16;
  /// Adds to gaps, or counts it when there are kMaxGaps.
  void add_gap(GapReport gap);
};

void visit_value(const StatusReport& report, ValueVisitor& visitor);
/// Fields that are absent are 0, false or empty, those that are not known are ignored. Throws Error
/// bad_input for a field of another type.
void from_value(const Value& value, std::string_view what, StatusReport& out);

/// 16 hexadecimal digits, as ids stand in reports and in events.
std::string hex_id(std::uint64_t id);

/// Something that is wrong, in a sentence.
struct StatusProblem {
  bool now = false;  ///< It is so now; false: something was lost, and may be long ago.
  std::string text;
};
/// The journal takes no events, a sync of it failed, space is low, events are lost, a client has to
/// expect a gap or, when `max_lag` is given, lacks more records than that.
std::vector<StatusProblem> find_problems(const StatusReport& report,
                                         std::optional<std::uint64_t> max_lag = std::nullopt);

/// The most bytes of an encoded report, and of the part of it in one message.
inline constexpr std::size_t kMaxStatusBytes = 1024 * 1024;
inline constexpr std::size_t kMaxStatusPartBytes = 65536;

/// As MessagePack. Throws Error bad_input above kMaxStatusBytes.
std::vector<std::byte> encode_status(const StatusReport& report);
/// Anybody's bytes. Throws Error bad_input that says what is wrong.
StatusReport decode_status(std::span<const std::byte> bytes);

}  // namespace hookwire
#pragma GCC visibility pop

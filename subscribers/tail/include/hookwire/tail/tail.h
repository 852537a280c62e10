#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/client/event_filter.h"
#include "hookwire/format/event_text.h"
#include "hookwire/schemas/stream_message.h"

#pragma GCC visibility push(default)
namespace hookwire {

enum class OutputFormat { text, json, cloudevents };

/// How events are printed.
struct PrintOptions {
  OutputFormat format = OutputFormat::text;
  bool calls = false;  ///< The two events of a call on one line. Not with cloudevents.
  TextOptions text{};
};

/// What `hookwire tail`, `hookwire wait` and `hookwire journal cat` are asked for.
struct TailOptions {
  // One of these three is given.
  std::vector<std::string> endpoints;  ///< Stream endpoints.
  std::vector<std::string> live{};     ///< Live endpoints. Not with `once`; `start` is for others.
  std::filesystem::path journal;       ///< A journal's folder.
  StreamStart start{};                 ///< parse_from() makes one.
  EventFilter filter{};
  std::uint64_t count = 0;  ///< Stop after so many events (or calls) printed; 0: no limit.
  std::optional<std::chrono::nanoseconds> timeout;
  bool once = false;   ///< Stop when everything that is there now was printed.
  bool quiet = false;  ///< wait_for_event prints nothing.
  PrintOptions print{};
};

/// What the commands work with. The references must outlive the call.
struct TailParts {
  FileSystem& file_system;
  const Clock& clock;
  Log& log;
  std::ostream& out;  ///< Events and gaps.
  std::ostream& err;  ///< What happens to connections.
};

// Each runs in the calling thread until done, timed out or stopped, and returns the exit code: 0 ok
// (also when stopped); 1 with `once` and a filter, nothing matched; 3 `out` cannot be written; 4
// timed out with `count` or `once` not reached; 6 with `once`, a gap was printed. They throw Error:
// configuration for options that do not go together or an endpoint that is malformed, and as
// JournalReader does.

/// Prints events as they come, gaps in their places.
int tail(const TailParts& parts, const TailOptions& options, std::stop_token stop);

/// Returns 0 at the first event that matches, after printing it unless quiet; 4 at the timeout.
int wait_for_event(const TailParts& parts, const TailOptions& options, std::stop_token stop);

/// Prints what `options.journal` holds from `options.start` on, and ends: tail with `once`.
int cat_journal(const TailParts& parts, const TailOptions& options, std::stop_token stop);

}  // namespace hookwire
#pragma GCC visibility pop

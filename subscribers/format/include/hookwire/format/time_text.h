#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#pragma GCC visibility push(default)
namespace hookwire {

/// "2026-11-23T08:11:23.123456789Z", for programs: RFC 3339, UTC, always nine digits.
std::string utc_time_text(std::int64_t unix_ns);

/// "2026-11-23 08:11:23.123" in the machine's time zone, for people; with `utc`
/// "2026-11-23 08:11:23.123Z".
std::string short_time_text(std::int64_t unix_ns, bool utc);

/// "850 ns", "12.3 us", "182.4 ms", "3.2 s".
std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "hookwire/schemas/stream_message.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What --from means: where reading begins.
///
///   earliest, latest       the oldest event held; the first one from now on
///   1042                   this sequence
///   2h, 90s, 15m, 7d       so long before `now_ns` (Unix, UTC)
///   2026-11-23T08:11:23Z   this time: RFC 3339, fraction and offset allowed
///   @1795421483.5          this time: Unix seconds
///   JOURNAL:EPOCH:SEQ      behind this event, as it names itself in JSON output
///
/// Throws Error bad_input that names what was given and what is expected.
StreamStart parse_from(std::string_view text, std::int64_t now_ns);

/// "SECONDS" as of --timeout: a number above 0, with a fraction if need be. Throws Error bad_input.
std::chrono::nanoseconds parse_seconds(std::string_view text);

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/schemas/status.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Asks the publisher behind a stream endpoint how it is; opens no session there. Throws Error:
/// configuration for a malformed endpoint, io when nobody answers there, timed_out when no answer
/// came within `timeout`, incompatible when the publisher is too old to be asked, bad_input when
/// its answer cannot be read, closed when `stop` was asked for.
StatusReport ask_status(const Clock& clock, const std::string& endpoint,
                        std::chrono::nanoseconds timeout, const std::stop_token& stop);

}  // namespace hookwire
#pragma GCC visibility pop

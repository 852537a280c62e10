#pragma once

#include <memory>

#include "hookwire/base/log.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A Log that writes lines with time and level to stderr by spdlog, coloured on a terminal.
/// `least` and above are written.
std::unique_ptr<Log> make_stderr_log(LogLevel least = LogLevel::info);

}  // namespace hookwire
#pragma GCC visibility pop

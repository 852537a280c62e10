#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "hookwire/base/function_ref.h"
#include "hookwire/base/log.h"
#include "hookwire/hooks/hook_run.h"

namespace hookwire {

/// Runs `body`, which calls a hook. What it raises goes no further, except forced unwinding
/// (pthread_cancel), which must not be stopped. Returns what was raised, else null.
template <class Body>
std::exception_ptr guarded(Body&& body) {
  try {
    body();
    return nullptr;
  } catch (...) {
    std::exception_ptr error = std::current_exception();
    if (!error) throw;  // no C++ exception: the thread is being cancelled
    return error;
  }
}

/// Writes one line: which hook raised what, in which phase, of which call (empty for periodic), and
/// what follows from it. `redacted` takes secrets out of the error's text. Never throws: without
/// memory it says less.
void log_hook_error(Log& log, std::string_view hook, HookPhase phase, std::string_view method,
                    const std::exception_ptr& error, std::string_view consequence,
                    FunctionRef<std::string(std::string_view)> redacted) noexcept;

}  // namespace hookwire

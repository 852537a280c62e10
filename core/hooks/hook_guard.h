#pragma once

#include <cxxabi.h>

#include <exception>
#include <string_view>

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
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return std::current_exception();
  }
}

/// Writes one line: which hook raised what, in which phase, of which call (empty for periodic), and
/// what follows from it. Never throws: without memory it says less.
void log_hook_error(Log& log, std::string_view hook, HookPhase phase, std::string_view method,
                    const std::exception_ptr& error, std::string_view consequence) noexcept;

}  // namespace hookwire

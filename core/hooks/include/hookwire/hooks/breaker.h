#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "hookwire/hooks/hook_run.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Whether a hook is being skipped for its failures.
enum class BreakerState : std::uint8_t {
  off,     ///< It is never skipped: its errors reach the caller, or it must see every call.
  closed,  ///< It runs.
  open,    ///< It is skipped, and tried by the first call after the pause.
  trying,  ///< One call is trying it; the others skip it.
};

/// "off", "closed", "open", "trying". Never throws.
std::string_view to_string(BreakerState state) noexcept;

/// That a hook begins to be skipped, or runs again.
struct BreakerChange {
  std::string_view hook;           ///< The instance's name; dies when the listener returns.
  HookPhase phase;                 ///< In which it failed last.
  std::uint32_t failures = 0;      ///< Calls in a row in which it failed, failed tries included.
  std::chrono::nanoseconds pause;  ///< Until it is tried.
};

/// Who wants to know when breakers open and close. Called in the thread of the call that made the
/// change, after that call's hooks and before it returns, under no lock; the caller waits, so be
/// quick. A try that fails makes the pause begin again and is no change. What it throws is logged.
/// Must be thread-safe.
class BreakerListener {
 public:
  virtual ~BreakerListener() = default;
  virtual void breaker_opened(const BreakerChange& change) = 0;
  virtual void breaker_closed(const BreakerChange& change) = 0;
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "hookwire/base/clock.h"
#include "hookwire/hooks/breaker.h"

namespace hookwire {

/// Skips a hook that failed in too many calls in a row, and after a pause has one call try it.
///
/// All that decides is one number, so that calls agree without a lock:
///
///     0          closed, the call before did not fail
///     -n         closed, the last n calls failed
///     ns         open until the steady clock says so
///
/// A call that tries it when that time has come puts the time of the next try there first: while it
/// lasts the others skip the hook, and when it lasts longer than the pause another call tries. How
/// a try went counts when no other has begun since.
///
/// A call that met 0 says nothing about failures that came after it had begun. Thread-safe.
class HookBreaker {
 public:
  static constexpr std::uint32_t kMaxFailures = 1000;

  struct Limits {
    std::uint32_t failures;
    std::chrono::nanoseconds pause;
  };

  /// True when the call just runs the hook: one relaxed load.
  bool quiet() const noexcept { return word_.load(std::memory_order_relaxed) == 0; }

  enum class Verdict {
    run,    ///< It failed in calls just before: worked() or failed() tells how it goes.
    probe,  ///< This call is the one that tries it: end_try() or give_up_try() must follow.
    skip,
  };
  /// Reads the clock when the breaker is open. A probe gets the number that stands for its try.
  Verdict ask(const Clock& clock, const Limits& limits, std::int64_t& probe) noexcept;

  /// The hook failed in a call that runs it, not as a try. True when this opened the breaker.
  bool failed(const Limits& limits, std::int64_t now_ns, HookPhase phase) noexcept;
  /// It worked in such a call.
  void worked() noexcept;

  /// How the try went. False when another has begun since, which then decides.
  bool end_try(std::int64_t probe, bool worked, const Limits& limits, std::int64_t now_ns,
               HookPhase phase) noexcept;
  /// The call ended without an answer: the next one tries.
  void give_up_try(std::int64_t probe) noexcept {
    word_.compare_exchange_strong(probe, kDue, std::memory_order_acq_rel);
  }

  BreakerState state() const noexcept;
  /// Calls in a row that failed, failed tries included.
  std::uint32_t failures() const noexcept;
  HookPhase last_failure() const noexcept { return phase_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kDue = 1;  // open, and the pause is over

  static std::int64_t open_until(std::int64_t now_ns, std::chrono::nanoseconds pause) noexcept;

  std::atomic<std::int64_t> word_{0};
  std::atomic<std::int64_t> trying_{0};          // the word while one tries
  std::atomic<std::uint32_t> open_failures_{0};  // once open
  std::atomic<HookPhase> phase_{HookPhase::pre};
};

}  // namespace hookwire

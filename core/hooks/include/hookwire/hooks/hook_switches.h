#pragma once

#include <chrono>
#include <cstdint>

#pragma GCC visibility push(default)
namespace hookwire {

/// How one hook instance takes part. Options of the backend's group, overridable in the instance's
/// own group `[backend:name]`.
struct HookSwitches {
  bool pre = true;                    ///< enable_pre_hooks
  bool post = true;                   ///< enable_post_hooks: post and failure
  bool periodic = true;               ///< enable_periodic_hooks
  bool suppress_pre_errors = false;   ///< suppress_pre_hooks_errors; on_error sets both
  bool suppress_post_errors = false;  ///< suppress_post_hooks_errors
  /// periodic_hooks_interval, rounded up to whole ticks.
  std::chrono::nanoseconds periodic_interval = std::chrono::seconds(300);
  /// time_budget: what one pre, post or failure may take. More is logged, counted and told; it
  /// stops nothing. 0: no budget.
  std::chrono::nanoseconds time_budget{0};
  /// breaker_failures: after so many calls in a row in which the hook raised or was over its budget
  /// it is skipped, if its errors are suppressed in each of pre and post that is on. 0: never.
  std::uint32_t breaker_failures = 5;
  /// breaker_pause: for how long, until one call tries it again.
  std::chrono::nanoseconds breaker_pause = std::chrono::seconds(30);

  /// True when no caller gets an error of this hook: only then it may be skipped, as a whole.
  bool all_errors_suppressed() const noexcept {
    return (!pre || suppress_pre_errors) && (!post || suppress_post_errors);
  }
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <chrono>

namespace hookwire {

/// How one hook instance takes part. Options of the backend's group, overridable in the instance's
/// own group `[backend:name]`.
struct HookSwitches {
  bool pre = true;                    ///< enable_pre_hooks
  bool post = true;                   ///< enable_post_hooks: post and failure
  bool periodic = true;               ///< enable_periodic_hooks
  bool suppress_pre_errors = false;   ///< suppress_pre_hooks_errors
  bool suppress_post_errors = false;  ///< suppress_post_hooks_errors
  /// periodic_hooks_interval, rounded up to whole ticks.
  std::chrono::nanoseconds periodic_interval = std::chrono::seconds(300);
};

}  // namespace hookwire

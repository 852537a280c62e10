#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "hookwire/base/log.h"
#include "hookwire/base/value_ref.h"
#include "hookwire/hooks/hook_chain.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Counts ticks and runs the periodic hooks of a chain when they are due. A program drives ticks
/// itself with tick(), or starts the thread "hw-periodic", which ticks by the clock. Thread-safe.
class PeriodicRunner {
 public:
  /// Asks the driver for what periodic hooks are to see, then calls `use` with it while it lives.
  using Source = std::function<void(const std::function<void(ValueRef)>& use)>;

  /// The references must outlive the runner. `tick_length` above zero, else Error bad_input.
  PeriodicRunner(HookChain& chain, Source source, Log& log,
                 std::chrono::nanoseconds tick_length = std::chrono::seconds(1));
  /// Stops the thread; waits for hooks that are running.
  ~PeriodicRunner();

  /// Starts the thread, once. Ticks that pass while hooks run coalesce into one and are counted.
  void start();
  /// Stops the thread; waits for hooks that are running, not for the next tick. Not to be called
  /// from a hook.
  void stop();

  /// Advances by `count` ticks in the calling thread, one after the other, and runs what is due at
  /// each. Returns how many hook runs that made. What the source raises is logged; the hooks of
  /// that tick do not run. Waits while another thread's tick is being served: not to be called from
  /// a hook.
  std::uint64_t tick(std::uint64_t count = 1);

  std::uint64_t ticks() const noexcept;
  std::uint64_t missed_ticks() const noexcept;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <cstdint>

#include "hookwire/base/value_ref.h"
#include "hookwire/hooks/call.h"
#include "hookwire/hooks/context.h"
#include "hookwire/hooks/hook_data.h"
#include "hookwire/hooks/outcome.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What periodic hooks get. Confined to the periodic runner's thread.
struct PeriodicData {
  std::uint64_t tick = 0;            ///< Of the runner, counted from 1.
  std::uint64_t missed_ticks = 0;    ///< Ticks that passed unserved before this one.
  ValueRef data{};                   ///< What the driver's get_periodic_hook_data returned.
  const Context* context = nullptr;  ///< Never null in a hook: the chain's default where none is.
  /// What is secret in it, as the chain has it; null: nothing is known to be.
  const Redaction* redaction = nullptr;
};

/// Something that runs around the calls of a driver. One instance serves every thread that calls,
/// at the same time: it must be thread-safe. pre, post and failure run in the calling thread and
/// make the caller wait; periodic runs in the runner's thread. What they are given dies when they
/// return.
class Hook {
 public:
  virtual ~Hook() = default;

  /// Before the driver's method. What it returns is handed to this hook's own post or failure.
  /// To throw refuses the call, unless this instance's pre errors are suppressed.
  virtual HookData pre(const Call& call) = 0;

  /// After the driver's method returned. May replace the result. `data` is what pre returned; empty
  /// when pre is switched off. To throw makes the caller get a PostHookError, unless suppressed.
  virtual void post(const Call& call, Outcome& outcome, HookData& data) = 0;

  /// At every periodic interval.
  virtual void periodic(const PeriodicData& data) = 0;

  /// After the driver's method raised, or a later hook refused the call. What it throws is logged
  /// and never reaches the caller.
  virtual void failure(const Call& call, const Failure& failure, HookData& data) {
    static_cast<void>(call);
    static_cast<void>(failure);
    static_cast<void>(data);
  }

  /// True when this hook reads durations (Outcome, Failure, HookRun). While no hook in a chain
  /// does, and there is no time budget, no clock is read.
  virtual bool wants_durations() const noexcept { return false; }

  /// True when what this hook's pre began, its post or failure must end: then both are off while
  /// either is switched off.
  virtual bool pairs_phases() const noexcept { return false; }

  /// False when the caller must learn what this hook's pre or post raises: then suppress_pre_errors
  /// and suppress_post_errors do nothing for it.
  virtual bool may_be_suppressed() const noexcept { return true; }

  /// False when this hook must see every call: then neither its breaker nor a call's time budget
  /// skips it.
  virtual bool may_be_skipped() const noexcept { return true; }

  /// False when this hook does nothing in `call`, which then says nothing of how well it is: its
  /// breaker neither counts the call nor lets it be the one that tries the hook. Asked only where
  /// that matters.
  virtual bool concerns(const Call& call) const noexcept {
    static_cast<void>(call);
    return true;
  }
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/duration_histogram.h"
#include "hookwire/base/function_ref.h"
#include "hookwire/base/log.h"
#include "hookwire/hooks/breaker.h"
#include "hookwire/hooks/call.h"
#include "hookwire/hooks/call_status.h"
#include "hookwire/hooks/context.h"
#include "hookwire/hooks/hook.h"
#include "hookwire/hooks/hook_switches.h"
#include "hookwire/hooks/redaction.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A hook and its place in a chain.
struct HookInstance {
  std::string name;          ///< Unique in its chain; what events, logs and controls call it.
  std::string class_name{};  ///< As configured, for people.
  std::shared_ptr<Hook> hook;
  HookSwitches switches{};
};

/// What `hookwire host` and status show of one hook. Counters run since the instance was made.
struct HookStatus {
  std::string name;
  std::string class_name;
  HookSwitches switches;
  std::uint64_t pre_count = 0;
  std::uint64_t post_count = 0;
  std::uint64_t failure_count = 0;
  std::uint64_t periodic_count = 0;
  std::uint64_t error_count = 0;  ///< Raised in any phase, suppressed or not.
  std::uint64_t veto_count = 0;
  std::uint64_t overrun_count = 0;  ///< Runs that took longer than the hook's time budget.
  std::uint64_t skip_count = 0;     ///< Calls that skipped it.
  BreakerState breaker = BreakerState::off;
  std::uint32_t failures_in_a_row = 0;  ///< Calls, counted while the breaker is not off.
  /// By HookPhase. In calls only those runs are here that were measured: in a chain in which a hook
  /// wants durations or there is a time budget.
  std::array<DurationHistogram, kHookPhases> durations{};
};

/// The ordered hooks of one driver. A call sees one set of hooks and switches from its pre to its
/// post, whatever is changed meanwhile; no call ever waits for a change. Thread-safe.
class HookChain {
 public:
  /// `clock` and `log` must outlive the chain. Starts without hooks. `default_context` is what
  /// hooks see where nobody says who asked: the service itself, with the role admin, unless given.
  HookChain(const Clock& clock, Log& log, Context default_context = {.roles = {"admin"}});
  ~HookChain();
  HookChain(const HookChain&) = delete;
  HookChain& operator=(const HookChain&) = delete;

  /// Has `listener`, which must outlive the chain, told when breakers open and close. To be called
  /// before the first call.
  void tell_breakers(BreakerListener& listener) noexcept;

  /// Makes `hooks` the chain, in this order; calls in flight keep the set they began with. An
  /// instance that goes on (the same Hook object) keeps its counters and its breaker. Once the
  /// hooks of a call have taken `call_time_budget`, those that may be skipped and whose turn to
  /// begin comes then are skipped; 0: no budget. Returns once the new set is
  /// in force; waits only while all the older sets that fit (kMaxSets with the one in force) are in
  /// use. A hook taken out is released before this returns when no call uses it any more; else by
  /// the next change that finds it so, or with the chain.
  /// Throws Error: configuration for a repeated name or more than kMaxHooks hooks; busy when no
  /// set came free within ten seconds, or the kernel has come to refuse membarrier(2). Nothing is
  /// changed then.
  /// `redaction` says what is secret in the calls that meet these hooks; null: as before, at first
  /// what descriptors name.
  void replace(std::vector<HookInstance> hooks,
               std::chrono::nanoseconds call_time_budget = std::chrono::nanoseconds(0),
               std::shared_ptr<const Redaction> redaction = nullptr);

  /// Switches phases of the hook called `name` (every phase given as true is set to `on`).
  /// Throws Error bad_input, naming the hooks there are, when there is none of that name.
  struct Phases {
    bool pre = false;
    bool post = false;
    bool periodic = false;
  };
  void enable(std::string_view name, Phases phases, bool on);

  std::vector<HookStatus> status() const;
  /// What calls came to, by method: of those that were measured, as HookStatus::durations. By name.
  std::vector<CallStatus> calls() const;

  /// What hooks see of a call, or of a tick, that comes without a context.
  const Context& default_context() const noexcept { return default_context_; }

  /// True while a call would meet at least one hook: one load.
  bool active() const noexcept { return current_.load(std::memory_order_acquire) != kNone; }

  /// Runs one call: pre hooks, `driver` exactly once unless a hook refuses, then post or failure
  /// hooks. `driver` leaves its result where `outcome` refers to. Rethrows what the driver raised,
  /// the same object, or what the refusing hook raised. Returns the first exception of a post hook
  /// that is not suppressed, else null. Use Hooked<Driver>, which does the typing.
  /// `descriptor` must outlive the chain.
  /// Without hooks it calls `driver` and nothing else. Returns on the thread that called: a driver
  /// on fibers must not go on on another one.
  std::exception_ptr run(const MethodDescriptor& descriptor, const Context& context,
                         const Arguments& arguments, Outcome& outcome, FunctionRef<void()> driver);

  /// Runs `periodic` of each hook whose interval has a boundary in (from_tick, data.tick], in
  /// order; without a context in `data` they get default_context(). `tick_length` converts
  /// intervals to ticks. Returns how many ran. What they raise is logged and counted. One thread at
  /// a time.
  std::size_t run_periodic(const PeriodicData& data, std::uint64_t from_tick,
                           std::chrono::nanoseconds tick_length);

  /// True when run_periodic would run at least one hook: then the driver need be asked for data.
  bool periodic_due(std::uint64_t tick, std::uint64_t from_tick,
                    std::chrono::nanoseconds tick_length) const;

  /// How many sets can be in use by calls at once.
  static constexpr int kMaxSets = 8;

 private:
  static constexpr int kNone = -1;
  struct [[gnu::visibility("hidden")]] Impl;

  std::atomic<int> current_{kNone};  // the slot that calls enter, or kNone
  const Context default_context_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

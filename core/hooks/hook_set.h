#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "hookwire/hooks/hook_chain.h"
#include "hookwire/hooks/redaction.h"

#include "hook_breaker.h"
#include "sharded_counts.h"

namespace hookwire {

/// What one hook did since its instance was made, and whether its breaker is open. Calls that ran
/// every hook's pre and post are counted where they pin their set and added here by
/// SetSlots::settle(). Thread-safe.
struct HookTally {
  std::atomic<std::uint64_t> pre{0};
  std::atomic<std::uint64_t> post{0};
  std::atomic<std::uint64_t> failure{0};
  std::atomic<std::uint64_t> periodic{0};
  std::atomic<std::uint64_t> error{0};
  std::atomic<std::uint64_t> veto{0};
  std::atomic<std::uint64_t> overrun{0};
  std::atomic<std::uint64_t> skip{0};
  std::atomic<std::int64_t> limit_logged_ns{0};  // when a line last said that it met a limit
  HookBreaker breaker;
  ShardedCounts<kHookPhases * kHistogramWords> durations;  // by HookPhase
};

/// More time than anything takes.
inline constexpr std::int64_t kNoBudget = std::numeric_limits<std::int64_t>::max();

/// A hook's place in a chain, with what survives a change of the chain.
struct HookMember {
  HookInstance instance;
  std::shared_ptr<HookTally> tally;

  // Worked out by make_hook_set().
  bool skippable = false;  // by a breaker, or when a call's time budget is used up
  bool breaks = false;     // it is skippable and has a breaker
  std::int64_t time_budget_ns = kNoBudget;

  HookBreaker::Limits breaker_limits() const noexcept {
    return {instance.switches.breaker_failures, instance.switches.breaker_pause};
  }
};

/// The hooks that calls meet, in order. Immutable while a call uses it.
struct HookSet {
  std::vector<HookMember> members;
  bool measured = false;  // some hook wants durations, or there is a time budget
  std::int64_t call_time_budget_ns = kNoBudget;  // for all hooks of a call
  std::shared_ptr<const Redaction> redaction{};  // null: what descriptors name
  // Of a call whose hooks all ran without more to say; null when it is measured.
  std::unique_ptr<const HookRun[]> foreseen{};
};

/// `member` as calls meet it; see Hook::pairs_phases(), may_be_suppressed() and may_be_skipped().
HookMember as_met(HookMember member);

/// The hooks of `all`, as calls meet them, that have pre or post switched on. A call time budget of
/// 0 is none.
HookSet make_hook_set(const std::vector<HookMember>& all,
                      std::chrono::nanoseconds call_time_budget);

}  // namespace hookwire

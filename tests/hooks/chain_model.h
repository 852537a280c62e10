#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

#include "hookwire/hooks/hook_run.h"
#include "hookwire/hooks/hook_switches.h"

namespace hookwire::testing {

/// A hook as the model knows it: how it is switched, what it will do in the next call, and what it
/// has done so far.
struct ModelHook {
  int id = 0;
  HookSwitches switches{};
  bool paired = false;
  bool suppressible = true;

  bool pre_throws = false;
  bool post_throws = false;
  bool failure_throws = false;
  bool periodic_throws = false;
  bool replaces = false;

  std::uint64_t pre_count = 0;
  std::uint64_t post_count = 0;
  std::uint64_t failure_count = 0;
  std::uint64_t periodic_count = 0;
  std::uint64_t error_count = 0;
  std::uint64_t veto_count = 0;

  bool pre_on() const { return switches.pre && (!paired || switches.post); }
  bool post_on() const { return switches.post && (!paired || switches.pre); }
  bool pre_suppressed() const { return suppressible && switches.suppress_pre_errors; }
  bool post_suppressed() const { return suppressible && switches.suppress_post_errors; }
};

/// What is said of a run that is over.
struct ModelRun {
  int hook = 0;
  HookPhase phase = HookPhase::pre;
  HookOutcome outcome = HookOutcome::ok;

  friend bool operator==(const ModelRun&, const ModelRun&) = default;
};

/// That a hook was entered, with what it saw.
struct ModelStep {
  static constexpr int kNoData = 0;
  static constexpr int kErrorAsData = -1;
  static constexpr int kNoResult = -1;

  HookPhase phase = HookPhase::pre;
  int hook = 0;
  int data = kNoData;            ///< What its pre returned, a number above 0.
  int result = kNoResult;        ///< In post.
  std::vector<ModelRun> runs{};  ///< Before it.

  friend bool operator==(const ModelStep&, const ModelStep&) = default;
};

/// How a call ends for its caller.
struct ModelEnding {
  enum class Kind { returned, driver_raised, refused, post_failed };
  Kind kind = Kind::returned;
  int result = ModelStep::kNoResult;  ///< Of a driver that succeeded.
  int hook = 0;                       ///< Whose exception the caller gets, 0: nobody's.

  friend bool operator==(const ModelEnding&, const ModelEnding&) = default;
};

/// What design calls a chain of hooks, written a second time and as plainly as can be. It knows
/// nothing of sets, slots, pins or tallies. Thread-compatible.
class ChainModel {
 public:
  std::vector<ModelHook> hooks;
  bool driver_throws = false;
  std::uint64_t driver_calls = 0;

  /// What a hook's pre returns in the call `number`.
  static int data_of(int hook, int number) { return number * 100 + hook; }

  /// The call `number`, whose driver returns `result`. Adds the hooks that are entered to `steps`.
  ModelEnding call(int number, int result, std::vector<ModelStep>& steps) {
    struct Reached {
      ModelHook* hook;
      int data;
    };
    std::vector<Reached> reached;
    std::vector<ModelRun> runs;
    ModelEnding ending{.result = result};
    for (ModelHook& hook : hooks) {
      if (!hook.pre_on() && !hook.post_on()) continue;
      if (!hook.pre_on()) {
        reached.push_back({&hook, ModelStep::kNoData});
        continue;
      }
      steps.push_back({.phase = HookPhase::pre, .hook = hook.id, .runs = runs});
      ++hook.pre_count;
      if (!hook.pre_throws) {
        reached.push_back({&hook, data_of(hook.id, number)});
        runs.push_back({hook.id, HookPhase::pre, HookOutcome::ok});
        continue;
      }
      ++hook.error_count;
      if (!hook.pre_suppressed()) {
        ++hook.veto_count;
        runs.push_back({hook.id, HookPhase::pre, HookOutcome::vetoed});
        ending = {.kind = ModelEnding::Kind::refused, .hook = hook.id};
        break;
      }
      reached.push_back({&hook, ModelStep::kErrorAsData});
      runs.push_back({hook.id, HookPhase::pre, HookOutcome::suppressed});
    }
    if (ending.kind != ModelEnding::Kind::refused) {
      ++driver_calls;
      if (driver_throws) ending = {.kind = ModelEnding::Kind::driver_raised};
    }
    const bool fails = ending.kind != ModelEnding::Kind::returned;
    for (auto each = reached.rbegin(); each != reached.rend(); ++each) {
      ModelHook& hook = *each->hook;
      if (!hook.post_on()) continue;
      const HookPhase phase = fails ? HookPhase::failure : HookPhase::post;
      steps.push_back({.phase = phase,
                       .hook = hook.id,
                       .data = each->data,
                       .result = ending.result,
                       .runs = runs});
      ++(fails ? hook.failure_count : hook.post_count);
      if (fails ? hook.failure_throws : hook.post_throws) {
        ++hook.error_count;
        runs.push_back({hook.id, phase,
                        hook.post_suppressed() ? HookOutcome::suppressed : HookOutcome::failed});
        if (!fails && !hook.post_suppressed() && first_cause(ending)) ending.hook = hook.id;
      } else if (!fails && hook.replaces) {
        ending.result += hook.id;
        runs.push_back({hook.id, phase, HookOutcome::changed_result});
      } else {
        runs.push_back({hook.id, phase, HookOutcome::ok});
      }
    }
    if (!fails && ending.hook != 0) ending.kind = ModelEnding::Kind::post_failed;
    return ending;
  }

  /// The hooks that run at `tick` of one second, the ticks before it having run one by one.
  void periodic(std::uint64_t tick, std::vector<ModelStep>& steps) {
    for (ModelHook& hook : hooks) {
      const auto seconds = static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::seconds>(hook.switches.periodic_interval)
              .count());
      if (!hook.switches.periodic || tick % seconds != 0) continue;
      steps.push_back({.phase = HookPhase::periodic, .hook = hook.id});
      ++hook.periodic_count;
      if (hook.periodic_throws) ++hook.error_count;
    }
  }

 private:
  static bool first_cause(const ModelEnding& ending) { return ending.hook == 0; }
};

}  // namespace hookwire::testing

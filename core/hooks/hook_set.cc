#include "hook_set.h"

namespace hookwire {

namespace {

std::int64_t budget_ns(std::chrono::nanoseconds budget) {
  return budget.count() > 0 ? budget.count() : kNoBudget;
}

std::unique_ptr<const HookRun[]> foreseen_runs(const std::vector<HookMember>& members) {
  auto runs = std::make_unique<HookRun[]>(2 * members.size());
  HookRun* next = runs.get();
  for (const HookMember& member : members) {
    if (!member.instance.switches.pre) continue;
    *next++ = {member.instance.name, HookPhase::pre, HookOutcome::ok};
  }
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (!member->instance.switches.post) continue;
    *next++ = {member->instance.name, HookPhase::post, HookOutcome::ok};
  }
  return runs;
}

}  // namespace

HookMember as_met(HookMember member) {
  const Hook& hook = *member.instance.hook;
  HookSwitches& switches = member.instance.switches;
  if (hook.pairs_phases()) switches.pre = switches.post = switches.pre && switches.post;
  if (!hook.may_be_suppressed()) {
    switches.suppress_pre_errors = switches.suppress_post_errors = false;
  }
  member.skippable = hook.may_be_skipped() && switches.all_errors_suppressed();
  member.breaks = member.skippable && switches.breaker_failures > 0;
  member.time_budget_ns = budget_ns(switches.time_budget);
  return member;
}

HookSet make_hook_set(const std::vector<HookMember>& all,
                      std::chrono::nanoseconds call_time_budget) {
  HookSet set;
  set.call_time_budget_ns = budget_ns(call_time_budget);
  set.measured = set.call_time_budget_ns != kNoBudget;
  for (const HookMember& each : all) {
    HookMember member = as_met(each);
    if (!member.instance.switches.pre && !member.instance.switches.post) continue;
    set.measured = set.measured || member.time_budget_ns != kNoBudget ||
                   member.instance.hook->wants_durations();
    set.members.push_back(std::move(member));
  }
  if (!set.measured) set.foreseen = foreseen_runs(set.members);
  return set;
}

}  // namespace hookwire

#include "hookwire/hooks/hook_run.h"

#include "hookwire/hooks/call_report.h"

namespace hookwire {

std::string_view to_string(CallReport::Outcome outcome) noexcept {
  switch (outcome) {
    case CallReport::Outcome::success:
      return "success";
    case CallReport::Outcome::failure:
      return "failure";
    case CallReport::Outcome::vetoed:
      return "vetoed";
    case CallReport::Outcome::post_hook_failed:
      return "post_hook_failed";
  }
  return "unknown";
}

std::string_view to_string(HookPhase phase) noexcept {
  switch (phase) {
    case HookPhase::pre:
      return "pre";
    case HookPhase::post:
      return "post";
    case HookPhase::failure:
      return "failure";
    case HookPhase::periodic:
      return "periodic";
  }
  return "unknown";
}

std::string_view to_string(HookOutcome outcome) noexcept {
  switch (outcome) {
    case HookOutcome::ok:
      return "ok";
    case HookOutcome::suppressed:
      return "suppressed";
    case HookOutcome::vetoed:
      return "vetoed";
    case HookOutcome::failed:
      return "failed";
    case HookOutcome::changed_result:
      return "changed_result";
    case HookOutcome::over_budget:
      return "over_budget";
    case HookOutcome::skipped:
      return "skipped";
  }
  return "unknown";
}

std::string_view to_string(HookLimit limit) noexcept {
  switch (limit) {
    case HookLimit::none:
      return "none";
    case HookLimit::time_budget:
      return "time_budget";
    case HookLimit::call_time_budget:
      return "call_time_budget";
    case HookLimit::breaker:
      return "breaker";
  }
  return "unknown";
}

// What was only counted so far is to stand before something else.
void HookRuns::unforeseen() noexcept {
  for (std::size_t i = 0; i < count_; ++i) runs_[i].run = foreseen_[i];
  foreseen_ = nullptr;
}

}  // namespace hookwire

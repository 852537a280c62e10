// What a call does when a limit is met: a hook's breaker, its time budget, or the call's. None of
// it runs in a call whose hooks are well and in time.
#include <chrono>
#include <string>

#include "hookwire/base/type_name.h"

#include "call_run.h"
#include "hook_guard.h"
#include "quantity.h"

namespace hookwire {

namespace {

constexpr std::int64_t kLogPauseNs = 1'000'000'000;

std::string in_milliseconds(std::int64_t duration_ns) {
  const std::int64_t tenths = duration_ns / 100'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::string budget_text(std::int64_t budget_ns) {
  return format_duration(std::chrono::nanoseconds(budget_ns));
}

// The last run of the hook called `name` that counts against it; nullptr when it worked.
const HookRun* last_bad_run(std::span<const HookRun> runs, std::string_view name) noexcept {
  const HookRun* bad = nullptr;
  for (const HookRun& run : runs) {
    const bool raised =
        run.outcome == HookOutcome::suppressed || run.outcome == HookOutcome::failed;
    if (run.name == name && (raised || run.limit == HookLimit::time_budget)) bad = &run;
  }
  return bad;
}

}  // namespace

bool CallRun::ask_limits(const HookMember& member) noexcept {
  if (!member.instance.hook->concerns(call_)) return true;  // what it does not do tells nothing
  const std::int64_t budget_ns = set_.call_time_budget_ns;
  if (spent_ns_ >= budget_ns) {
    skip(member, HookLimit::call_time_budget);
    log_limit(member, [&] {
      return "is skipped in " + std::string(call_.method()) + ": the hooks before it took " +
             in_milliseconds(spent_ns_) + ", the call_time_budget is " + budget_text(budget_ns);
    });
    return false;
  }
  if (!member.breaks) return true;
  switch (member.tally->breaker.ask(place_.clock, member.breaker_limits(), try_of(member))) {
    case HookBreaker::Verdict::run:
      break;
    case HookBreaker::Verdict::probe:
      tried_ |= bit(member);
      break;
    case HookBreaker::Verdict::skip:
      skip(member, HookLimit::breaker);
      return false;
  }
  note(member);
  return true;
}

void CallRun::skip(const HookMember& member, HookLimit limit) noexcept {
  skipped_ |= bit(member);
  member.tally->skip.fetch_add(1, std::memory_order_relaxed);
  const HookPhase phase = member.instance.switches.pre ? HookPhase::pre : HookPhase::post;
  runs_.add({member.instance.name, phase, HookOutcome::skipped, limit});
}

void CallRun::add_overrun(const HookMember& member, HookPhase phase, HookOutcome outcome,
                          std::int64_t duration_ns) noexcept {
  if (outcome == HookOutcome::ok) outcome = HookOutcome::over_budget;
  runs_.add({member.instance.name, phase, outcome, HookLimit::time_budget, duration_ns});
  note(member);
  member.tally->overrun.fetch_add(1, std::memory_order_relaxed);
  log_limit(member, [&] {
    return "took " + in_milliseconds(duration_ns) + " in " + std::string(to_string(phase)) +
           " of " + std::string(call_.method()) + ", its time_budget is " +
           budget_text(member.time_budget_ns);
  });
}

// A limit may be met in every call: one line a second for each hook at most. Where there is a time
// budget there is a reading of the clock.
template <class Words>
void CallRun::log_limit(const HookMember& member, const Words& words) noexcept {
  std::int64_t logged_ns = member.tally->limit_logged_ns.load(std::memory_order_relaxed);
  if (logged_ns != 0 && last_ns_ - logged_ns < kLogPauseNs) return;
  if (!member.tally->limit_logged_ns.compare_exchange_strong(logged_ns, last_ns_)) return;
  try {
    place_.log.warning("hook " + member.instance.name + " " + words());
  } catch (const std::exception&) {
    place_.log.warning("a hook met a limit, and there was no memory to say which");
  }
  last_ns_ = place_.clock.stopwatch_ns();  // the next hook is not charged for the line
}

// Of a call that skipped hooks and reached its posts: the others are counted here.
void CallRun::count_run_hooks() noexcept {
  for (const HookMember& member : set_.members) {
    if (is_skipped(member)) continue;
    if (member.instance.switches.pre) member.tally->pre.fetch_add(1, std::memory_order_relaxed);
    if (member.instance.switches.post) member.tally->post.fetch_add(1, std::memory_order_relaxed);
  }
}

// After the last hook of the call: a listener may publish, and what it does takes no hook's time.
void CallRun::end_breakers() {
  for (const HookMember& member : set_.members) {
    if ((noted_ & bit(member)) != 0) end_breaker(member);
  }
  noted_ = 0;
}

void CallRun::end_breaker(const HookMember& member) {
  HookBreaker& breaker = member.tally->breaker;
  const HookBreaker::Limits limits = member.breaker_limits();
  const HookRun* const bad = last_bad_run(runs_.all(), member.instance.name);
  const bool tried = (tried_ & bit(member)) != 0;
  tried_ &= ~bit(member);
  if (bad == nullptr && !tried) return breaker.worked();

  const HookPhase phase = bad != nullptr ? bad->phase : breaker.last_failure();
  BreakerChange change{member.instance.name, phase, breaker.failures(), limits.pause};
  if (bad == nullptr) {
    if (!breaker.end_try(try_of(member), true, limits, 0, phase)) return;
    tell(change, LogLevel::warning, "runs again: a try went well, after ",
         &BreakerListener::breaker_closed);
    return;
  }
  const std::int64_t now_ns = place_.clock.steady_ns();
  if (tried) {
    if (!breaker.end_try(try_of(member), false, limits, now_ns, phase)) return;
    ++change.failures;
    tell(change, LogLevel::error, "is skipped as before: a try failed, ", nullptr);
  } else if (breaker.failed(limits, now_ns, phase)) {
    change.failures = limits.failures;
    tell(change, LogLevel::error, "is skipped from now on: ", &BreakerListener::breaker_opened);
  }
}

// Of a call whose thread is cancelled: whether the hooks work again is not known.
void CallRun::give_up_tries() noexcept {
  for (const HookMember& member : set_.members) {
    if ((tried_ & bit(member)) == 0) continue;
    member.tally->breaker.give_up_try(try_of(member));
  }
}

void CallRun::tell(const BreakerChange& change, LogLevel level, std::string_view what,
                   void (BreakerListener::*listen)(const BreakerChange&)) {
  const auto log = [&](const std::string& words) {
    place_.log.say(level, "hook " + std::string(change.hook) + " " + words);
  };
  static_cast<void>(guarded([&] {
    log(std::string(what) + "it raised or was over its time_budget in " +
        std::to_string(change.failures) + " calls in a row, last in " +
        std::string(to_string(change.phase)) + "; the pause is " + format_duration(change.pause));
  }));
  if (place_.listener == nullptr || listen == nullptr) return;
  if (const std::exception_ptr error = guarded([&] { (place_.listener->*listen)(change); })) {
    static_cast<void>(guarded([&] {
      const ErrorText text = describe_exception(error);
      log("changed its breaker, and that could not be told: " + text.type + ": " + text.message);
    }));
  }
}

}  // namespace hookwire

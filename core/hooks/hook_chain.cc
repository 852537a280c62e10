#include "hookwire/hooks/hook_chain.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "hook_chain_impl.h"
#include "hook_guard.h"

namespace hookwire {

namespace {

using Members = std::vector<HookMember>;

constexpr std::chrono::seconds kSlotWait{10};
constexpr std::chrono::milliseconds kSlotPoll{1};

void check_hooks(const std::vector<HookInstance>& hooks) {
  if (hooks.size() > kMaxHooks) {
    throw Error(ErrorCode::configuration, "a chain has at most " + std::to_string(kMaxHooks) +
                                              " hooks, not " + std::to_string(hooks.size()) +
                                              ": leave some out");
  }
  std::set<std::string_view> names;
  for (const HookInstance& hook : hooks) {
    if (hook.hook == nullptr) {
      throw Error(ErrorCode::configuration, "hook '" + hook.name + "' is a null pointer");
    }
    if (!names.insert(hook.name).second) {
      throw Error(ErrorCode::configuration,
                  "two hooks are called '" + hook.name + "': give one another name");
    }
  }
}

// The tally of the same Hook object in `old`, by preference under the same name; or a new one.
std::shared_ptr<HookTally> tally_for(const HookInstance& hook, const Members& old) {
  std::shared_ptr<HookTally> found;
  for (const HookMember& member : old) {
    if (member.instance.hook != hook.hook) continue;
    if (member.instance.name == hook.name) return member.tally;
    found = member.tally;
  }
  return found != nullptr ? found : std::make_shared<HookTally>();
}

std::string names_of(const Members& members) {
  std::string names;
  for (const HookMember& member : members) {
    names += (names.empty() ? "" : ", ") + member.instance.name;
  }
  return names.empty() ? "none" : names;
}

HookStatus status_of(const HookMember& member) {
  const HookTally& tally = *member.tally;
  const bool breaks = as_met(member).breaks;
  std::array<DurationHistogram, kHookPhases> durations;
  for (std::size_t phase = 0; phase < kHookPhases; ++phase) {
    add_histogram(tally.durations, phase * kHistogramWords, durations[phase]);
  }
  return {.name = member.instance.name,
          .class_name = member.instance.class_name,
          .switches = member.instance.switches,
          .pre_count = tally.pre.load(std::memory_order_relaxed),
          .post_count = tally.post.load(std::memory_order_relaxed),
          .failure_count = tally.failure.load(std::memory_order_relaxed),
          .periodic_count = tally.periodic.load(std::memory_order_relaxed),
          .error_count = tally.error.load(std::memory_order_relaxed),
          .veto_count = tally.veto.load(std::memory_order_relaxed),
          .overrun_count = tally.overrun.load(std::memory_order_relaxed),
          .skip_count = tally.skip.load(std::memory_order_relaxed),
          .breaker = breaks ? tally.breaker.state() : BreakerState::off,
          .failures_in_a_row = breaks ? tally.breaker.failures() : 0,
          .durations = durations};
}

bool is_due(const HookMember& member, std::uint64_t tick, std::uint64_t from_tick,
            std::chrono::nanoseconds tick_length) {
  if (!member.instance.switches.periodic) return false;
  const auto interval = member.instance.switches.periodic_interval;
  const std::int64_t whole = interval / tick_length;
  const std::int64_t rounded_up = whole + (whole * tick_length < interval ? 1 : 0);
  const auto ticks = static_cast<std::uint64_t>(std::max<std::int64_t>(rounded_up, 1));
  return tick / ticks > from_tick / ticks;
}

}  // namespace

HookChain::Impl::Retired HookChain::Impl::put_in_force(
    std::shared_ptr<const Members> next, std::chrono::nanoseconds budget,
    std::shared_ptr<const Redaction> next_redaction) {
  HookSet set = make_hook_set(*next, budget);
  set.redaction = next_redaction;
  // Its first reading takes long, and is not to be in a call.
  if (set.measured) static_cast<void>(place.clock.stopwatch_ns());
  Retired retired;
  retired.sets.reserve(kMaxSets);
  const int slot = set.members.empty() ? SetSlots::kNone : wait_for_slot();
  const std::lock_guard lock(state_mutex);
  retired.members = std::exchange(members, std::move(next));
  retired.redaction = std::exchange(redaction, std::move(next_redaction));
  call_time_budget = budget;
  if (slot == SetSlots::kNone) {
    slots.publish_none();
  } else {
    retired.displaced = slots.publish(slot, std::move(set));
  }
  slots.take_unused(retired.sets);
  return retired;
}

int HookChain::Impl::wait_for_slot() {
  int slot = slots.find_free();
  if (slot != SetSlots::kNone) return slot;
  const std::int64_t give_up_ns =
      place.clock.steady_ns() + std::chrono::nanoseconds(kSlotWait).count();
  while ((slot = slots.find_free()) == SetSlots::kNone) {
    if (place.clock.steady_ns() >= give_up_ns) {
      if (!slots.knows_calls()) {
        throw Error(
            ErrorCode::busy,
            "the hooks were not changed: whether calls still use older sets of hooks cannot "
            "be told, since the kernel refuses membarrier(2): allow it to this process");
      }
      throw Error(ErrorCode::busy,
                  "the hooks were not changed: calls that have not returned still use " +
                      std::to_string(kMaxSets - 1) +
                      " older sets of hooks; try again when they have");
    }
    std::this_thread::sleep_for(kSlotPoll);
  }
  return slot;
}

HookChain::HookChain(const Clock& clock, Log& log, Context default_context)
    : default_context_(std::move(default_context)),
      impl_(std::make_unique<Impl>(clock, log, current_)) {}

HookChain::~HookChain() = default;

void HookChain::tell_breakers(BreakerListener& listener) noexcept {
  impl_->place.listener = &listener;
}

void HookChain::replace(std::vector<HookInstance> hooks, std::chrono::nanoseconds call_time_budget,
                        std::shared_ptr<const Redaction> redaction) {
  check_hooks(hooks);
  Impl::Retired retired;
  const auto next = std::make_shared<Members>();
  const std::lock_guard lock(impl_->update_mutex);
  const std::shared_ptr<const Members> old = impl_->all();
  if (redaction == nullptr) redaction = impl_->redaction_in_force();
  for (HookInstance& hook : hooks) {
    auto tally = tally_for(hook, *old);
    next->push_back({.instance = std::move(hook), .tally = std::move(tally)});
  }
  retired = impl_->put_in_force(next, call_time_budget, std::move(redaction));
}

void HookChain::enable(std::string_view name, Phases phases, bool on) {
  Impl::Retired retired;
  const std::lock_guard lock(impl_->update_mutex);
  const auto next = std::make_shared<Members>(*impl_->all());
  const auto member = std::find_if(next->begin(), next->end(), [&](const HookMember& candidate) {
    return candidate.instance.name == name;
  });
  if (member == next->end()) {
    throw Error(ErrorCode::bad_input,
                "no hook is called '" + std::string(name) + "'; there are: " + names_of(*next));
  }
  HookSwitches& switches = member->instance.switches;
  if (phases.pre) switches.pre = on;
  if (phases.post) switches.post = on;
  if (phases.periodic) switches.periodic = on;
  retired = impl_->put_in_force(next, impl_->call_time_budget, impl_->redaction_in_force());
}

std::vector<HookStatus> HookChain::status() const {
  const std::shared_ptr<const Members> all = impl_->all_settled();
  std::vector<HookStatus> statuses;
  std::transform(all->begin(), all->end(), std::back_inserter(statuses), status_of);
  return statuses;
}

std::vector<CallStatus> HookChain::calls() const {
  return impl_->calls.status();
}

std::size_t HookChain::run_periodic(const PeriodicData& given, std::uint64_t from_tick,
                                    std::chrono::nanoseconds tick_length) {
  const auto [all, redaction] = impl_->in_force();
  PeriodicData data = given;
  if (data.context == nullptr) data.context = &default_context_;
  if (data.redaction == nullptr) data.redaction = redaction.get();
  constexpr auto kPeriodic = static_cast<std::size_t>(HookPhase::periodic);
  const Clock& clock = impl_->place.clock;
  std::size_t ran = 0;
  for (const HookMember& member : *all) {
    if (!is_due(member, data.tick, from_tick, tick_length)) continue;
    HookTally& tally = *member.tally;
    const std::int64_t begin_ns = clock.stopwatch_ns();
    const std::exception_ptr error = guarded([&] { member.instance.hook->periodic(data); });
    const std::int64_t duration_ns = std::max<std::int64_t>(clock.stopwatch_ns() - begin_ns, 0);
    const CountingPlace shared{};
    count_duration(&tally.durations.row(shared)[kPeriodic * kHistogramWords], shared, duration_ns);
    tally.periodic.fetch_add(1, std::memory_order_relaxed);
    ++ran;
    if (!error) continue;
    tally.error.fetch_add(1, std::memory_order_relaxed);
    log_hook_error(impl_->place.log, member.instance.name, HookPhase::periodic, {}, error,
                   "the other hooks still run", [&](std::string_view text) {
                     return data.redaction == nullptr
                                ? std::string(text)
                                : data.redaction->periodic_text(data.data, text);
                   });
  }
  return ran;
}

bool HookChain::periodic_due(std::uint64_t tick, std::uint64_t from_tick,
                             std::chrono::nanoseconds tick_length) const {
  const std::shared_ptr<const Members> all = impl_->all();
  return std::any_of(all->begin(), all->end(), [&](const HookMember& member) {
    return is_due(member, tick, from_tick, tick_length);
  });
}

}  // namespace hookwire

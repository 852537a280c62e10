#include "call_run.h"

#include <algorithm>
#include <utility>

#include "hook_chain_impl.h"
#include "hook_guard.h"

namespace hookwire {

namespace {

void count(std::atomic<std::uint64_t>& counter) noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// Here and not with the rest of the chain, so that a call's way through its hooks is one function.
std::exception_ptr HookChain::run(const MethodDescriptor& descriptor, const Context& context,
                                  const Arguments& arguments, Outcome& outcome,
                                  FunctionRef<void()> driver) {
  SetSlots::Pin pin(impl_->slots);
  if (pin.set() == nullptr) {
    driver();
    return nullptr;
  }
  CallRun call(*pin.set(), impl_->place, descriptor, context, arguments, outcome);
  std::exception_ptr cause = pin.set()->measured ? call.run<true>(driver, pin.place())
                                                 : call.run<false>(driver, pin.place());
  if (call.ran_every_hook()) pin.complete();
  return cause;
}

template <>
class CallRun::Count<false> {
 public:
  Count(CallRun&, const CountingPlace&) noexcept {}
  void operator()(CallReport::Outcome) noexcept {}
};

// At the end, and not after each hook: where a reading of the clock waits for what was begun before
// it, the counting of several hooks goes on at once.
template <>
class CallRun::Count<true> {
 public:
  Count(CallRun& call, const CountingPlace& place) noexcept
      : call_(call), place_(place), begin_ns_(call.place_.clock.stopwatch_ns()) {
    call.last_ns_ = begin_ns_;
  }
  [[gnu::always_inline]] ~Count() {
    for (std::size_t i = 0; i < call_.timed_; ++i) {
      const TimedRun& run = call_.timed_runs_[i];
      std::uint64_t* const row = run.member->tally->durations.row(place_).data();
      count_duration(row + static_cast<std::size_t>(run.phase) * kHistogramWords, place_,
                     run.duration_ns);
    }
  }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;

  // To the end of the last hook: what breakers do then is not the call's.
  [[gnu::always_inline]] void operator()(CallReport::Outcome outcome) noexcept {
    call_.place_.calls.add(call_.call_.descriptor(), outcome,
                           std::max<std::int64_t>(call_.last_ns_ - begin_ns_, 0), place_);
  }

 private:
  CallRun& call_;
  const CountingPlace place_;
  const std::int64_t begin_ns_;
};

template <bool measured>
std::exception_ptr CallRun::run(FunctionRef<void()> driver, const CountingPlace& counting) {
  Count<measured> count_call(*this, counting);
  while (!ran_pres<measured>()) {
    const HookMember& member = set_.members[reached_];
    if (std::exception_ptr refusal = end_pre(member, std::exchange(raised_, nullptr))) {
      run_failure(
          {.reason = Failure::Reason::vetoed, .error = refusal, .vetoed_by = member.instance.name});
      count_call(CallReport::Outcome::vetoed);
      std::rethrow_exception(std::move(refusal));
    }
  }
  try {
    driver();
  } catch (...) {
    std::exception_ptr error = std::current_exception();
    if (error) {  // else it is no C++ exception: the thread is being cancelled
      const std::int64_t duration_ns = lap<measured>();
      run_failure({.error = std::move(error), .duration_ns = duration_ns});
      count_call(CallReport::Outcome::failure);
    }
    throw;
  }
  if constexpr (measured) outcome_.set_duration_ns(lap<measured>());
  std::exception_ptr cause;
  std::size_t left = reached_;
  while (!ran_posts<measured>(left)) {
    end_post(set_.members[left], std::exchange(raised_, nullptr), cause);
  }
  count_call(cause ? CallReport::Outcome::post_hook_failed : CallReport::Outcome::success);
  if (skipped_ != 0) count_run_hooks();
  if (noted_ != 0) end_breakers();
  return cause;
}

// One try block for all hooks, since most raise nothing. False when the hook behind those that were
// reached raised what is in raised_.
template <bool measured>
bool CallRun::ran_pres() {
  const std::vector<HookMember>& members = set_.members;
  const HookMember* member = members.data() + reached_;
  const HookMember* const end = members.data() + members.size();
  DataSlot* slot = data_.data() + reached_;
  try {
    for (; member != end; ++member, ++slot) {
      if (!admit(*member) || !member->instance.switches.pre) {
        ::new (&slot->data) HookData();
        continue;
      }
      ::new (&slot->data) HookData(member->instance.hook->pre(call_));
      add_run<measured>(*member, HookPhase::pre, HookOutcome::ok);
    }
    reached_ = members.size();
    return true;
  } catch (...) {
    reached_ = place_of(*member);
    keep_raised();
    return false;
  }
}

// What refuses the call, else null.
std::exception_ptr CallRun::end_pre(const HookMember& member, std::exception_ptr error) {
  count(member.tally->error);
  if (!member.instance.switches.suppress_pre_errors) {
    count(member.tally->pre);
    count(member.tally->veto);
    add_run(member, HookPhase::pre, HookOutcome::vetoed);
    return error;
  }
  note(member);
  add_run(member, HookPhase::pre, HookOutcome::suppressed);
  log_error(member, HookPhase::pre, error, "suppressed: the call goes on");
  ::new (&data_[reached_].data) HookData(std::move(error));
  ++reached_;
  return nullptr;
}

// As ran_pres(), from the last hook whose post is due, of `left`, to the first.
template <bool measured>
bool CallRun::ran_posts(std::size_t& left) {
  const HookMember* const members = set_.members.data();
  const HookMember* member = members + left;
  DataSlot* slot = data_.data() + left;
  try {
    while (member != members) {
      --member;
      --slot;
      if (!member->instance.switches.post || is_skipped(*member)) continue;
      const int replacements = outcome_.replacements();
      member->instance.hook->post(call_, outcome_, slot->data);
      add_run<measured>(
          *member, HookPhase::post,
          outcome_.replacements() == replacements ? HookOutcome::ok : HookOutcome::changed_result);
    }
    return true;
  } catch (...) {
    left = place_of(*member);
    keep_raised();
    return false;
  }
}

// `cause` becomes what the caller is to get.
void CallRun::end_post(const HookMember& member, std::exception_ptr error,
                       std::exception_ptr& cause) {
  count(member.tally->error);
  note(member);
  const bool suppressed = member.instance.switches.suppress_post_errors;
  add_run(member, HookPhase::post, suppressed ? HookOutcome::suppressed : HookOutcome::failed);
  if (suppressed) {
    log_error(member, HookPhase::post, error, "suppressed");
  } else if (cause) {
    log_error(member, HookPhase::post, error, "another hook's error reaches the caller");
  } else {
    cause = std::move(error);
  }
}

// In a catch block.
void CallRun::keep_raised() {
  raised_ = std::current_exception();
  if (!raised_) throw;  // no C++ exception: the thread is being cancelled
}

void CallRun::run_failure(const Failure& failure) {
  count_pre();
  for (std::size_t index = reached_; index-- > 0;) {
    const HookMember& member = set_.members[index];
    if (!member.instance.switches.post || is_skipped(member)) continue;
    const std::exception_ptr error =
        guarded([&] { member.instance.hook->failure(call_, failure, data_[index].data); });
    count(member.tally->failure);
    if (!error) {
      add_run(member, HookPhase::failure, HookOutcome::ok);
      continue;
    }
    count(member.tally->error);
    note(member);
    add_run(member, HookPhase::failure,
            member.instance.switches.suppress_post_errors ? HookOutcome::suppressed
                                                          : HookOutcome::failed);
    log_error(member, HookPhase::failure, error, "the caller gets the error of the call");
  }
  if (noted_ != 0) end_breakers();
}

// Of a call that did not reach its posts: the pre of each hook that it reached.
void CallRun::count_pre() noexcept {
  for (std::size_t index = 0; index < reached_; ++index) {
    const HookMember& member = set_.members[index];
    if (member.instance.switches.pre && !is_skipped(member)) count(member.tally->pre);
  }
}

void CallRun::add_run(const HookMember& member, HookPhase phase, HookOutcome outcome) noexcept {
  if (set_.measured) {
    add_run<true>(member, phase, outcome);
  } else {
    add_run<false>(member, phase, outcome);
  }
}

template <bool measured>
void CallRun::add_run(const HookMember& member, HookPhase phase, HookOutcome outcome) noexcept {
  if constexpr (!measured) {
    // A failure is not foreseen.
    const bool usual = outcome == HookOutcome::ok && phase != HookPhase::failure;
    if (usual && runs_.add_foreseen()) return;
  }
  const std::int64_t duration_ns = lap<measured>();
  if constexpr (measured) {
    spent_ns_ += duration_ns;
    timed_runs_[timed_++] = {&member, duration_ns, phase};
    if (duration_ns > member.time_budget_ns) {
      return add_overrun(member, phase, outcome, duration_ns);
    }
  }
  runs_.add({member.instance.name, phase, outcome, HookLimit::none, duration_ns});
}

void CallRun::log_error(const HookMember& member, HookPhase phase, const std::exception_ptr& error,
                        std::string_view consequence) noexcept {
  log_hook_error(place_.log, member.instance.name, phase, call_.method(), error, consequence,
                 [this](std::string_view text) { return call_.redacted(text, &outcome_); });
  // No hook is charged for the line.
  if (set_.measured) last_ns_ = place_.clock.stopwatch_ns();
}

// The time since the step before ended: one reading of the clock a step; -1 where none is measured.
template <bool measured>
std::int64_t CallRun::lap() noexcept {
  if constexpr (!measured) return -1;
  const std::int64_t now_ns = place_.clock.stopwatch_ns();
  return std::max<std::int64_t>(now_ns - std::exchange(last_ns_, now_ns), 0);
}

}  // namespace hookwire

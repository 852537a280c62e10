#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>

#include "hookwire/base/function_ref.h"
#include "hookwire/hooks/call.h"

#include "call_counts.h"
#include "hook_set.h"

namespace hookwire {

/// One call on its way through a set of hooks: the rules of what runs when, and of who gets which
/// exception. Allocates nothing unless something throws. Confined to the calling thread.
class CallRun {
 public:
  /// Where calls run.
  struct Place {
    const Clock& clock;
    Log& log;
    CallCounts& calls;
    BreakerListener* listener;  // or null
  };

  /// All of it outlives the call.
  CallRun(const HookSet& set, const Place& place, const MethodDescriptor& descriptor,
          const Context& context, const Arguments& arguments, Outcome& outcome) noexcept
      : set_(set),
        place_(place),
        outcome_(outcome),
        runs_(set.foreseen.get()),
        call_(descriptor, context, arguments, runs_, set.redaction.get()) {}
  ~CallRun() {
    if (tried_ != 0) give_up_tries();
    while (reached_ > 0) data_[--reached_].data.~HookData();
  }
  CallRun(const CallRun&) = delete;
  CallRun& operator=(const CallRun&) = delete;

  /// As HookChain::run. Once; `measured` as in the set, and `counting` the calling thread's place.
  /// A call that returns and ran every hook's pre and post counts neither: whoever holds its pin
  /// does.
  template <bool measured>
  [[gnu::always_inline]] inline std::exception_ptr run(FunctionRef<void()> driver,
                                                       const CountingPlace& counting);
  bool ran_every_hook() const noexcept { return skipped_ == 0; }

 private:
  struct TimedRun {
    const HookMember* member;
    std::int64_t duration_ns;
    HookPhase phase;
  };

  // What a pre returned, made when its turn comes.
  union DataSlot {
    DataSlot() noexcept {}
    ~DataSlot() {}
    HookData data;
  };

  // What every call goes through is inlined, which the compiler leaves undone in code that may be
  // part of a shared library.
  template <bool measured>
  [[gnu::always_inline]] inline bool ran_pres();
  template <bool measured>
  [[gnu::always_inline]] inline bool ran_posts(std::size_t& left);
  template <bool measured>
  [[gnu::always_inline]] inline void add_run(const HookMember& member, HookPhase phase,
                                             HookOutcome outcome) noexcept;
  template <bool measured>
  [[gnu::always_inline]] inline std::int64_t lap() noexcept;
  // What the call took, counted when it ends in any way.
  template <bool measured>
  class Count;
  void keep_raised();
  std::exception_ptr end_pre(const HookMember& member, std::exception_ptr error);
  void end_post(const HookMember& member, std::exception_ptr error, std::exception_ptr& cause);
  void run_failure(const Failure& failure);
  void count_pre() noexcept;
  void add_run(const HookMember& member, HookPhase phase, HookOutcome outcome) noexcept;

  // What limits do: call_limits.cc. admit() decides for the hook's whole part in the call.
  bool admit(const HookMember& member) noexcept {
    if (!member.skippable) return true;
    if (member.tally->breaker.quiet() && spent_ns_ < set_.call_time_budget_ns) return true;
    return ask_limits(member);
  }
  bool ask_limits(const HookMember& member) noexcept;
  void skip(const HookMember& member, HookLimit limit) noexcept;
  void add_overrun(const HookMember& member, HookPhase phase, HookOutcome outcome,
                   std::int64_t duration_ns) noexcept;
  template <class Words>
  void log_limit(const HookMember& member, const Words& words) noexcept;
  void count_run_hooks() noexcept;
  void end_breakers();
  void end_breaker(const HookMember& member);
  void give_up_tries() noexcept;
  void tell(const BreakerChange& change, LogLevel level, std::string_view what,
            void (BreakerListener::*listen)(const BreakerChange&));

  std::size_t place_of(const HookMember& member) const noexcept {
    return static_cast<std::size_t>(&member - set_.members.data());
  }
  // One bit a hook, by its place in the set.
  static_assert(kMaxHooks <= 32);
  std::uint32_t bit(const HookMember& member) const noexcept {
    return std::uint32_t{1} << place_of(member);
  }
  std::int64_t& try_of(const HookMember& member) noexcept { return tries_[place_of(member)]; }
  bool is_skipped(const HookMember& member) const noexcept {
    return skipped_ != 0 && (skipped_ & bit(member)) != 0;
  }
  // Its breaker is to learn how it went in this call.
  void note(const HookMember& member) noexcept {
    if (member.breaks) noted_ |= bit(member);
  }

  void log_error(const HookMember& member, HookPhase phase, const std::exception_ptr& error,
                 std::string_view consequence) noexcept;

  const HookSet& set_;
  const Place& place_;
  Outcome& outcome_;
  HookRuns runs_;
  const Call call_;
  std::int64_t last_ns_ = 0;   // when the step before ended
  std::int64_t spent_ns_ = 0;  // by hooks, where it is measured
  std::size_t timed_ = 0;      // of timed_runs_
  std::size_t reached_ = 0;    // hooks whose pre ran or that were skipped, from the first
  std::uint32_t skipped_ = 0;
  std::uint32_t noted_ = 0;
  std::uint32_t tried_ = 0;                    // this call is the one that tries them
  std::array<std::int64_t, kMaxHooks> tries_;  // the breaker's number for the try, where one is
  std::array<TimedRun, 2 * kMaxHooks> timed_runs_;
  std::exception_ptr raised_;  // by the hook that is dealt with next
  std::array<DataSlot, kMaxHooks> data_;
};

}  // namespace hookwire

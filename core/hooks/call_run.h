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

#include "hook_set.h"

namespace hookwire {

/// One call on its way through a set of hooks: the rules of what runs when, and of who gets which
/// exception. Allocates nothing unless something throws. Confined to the calling thread.
class CallRun {
 public:
  /// Where a call runs: all of it outlives the call.
  struct Place {
    const HookSet& set;
    const Clock& clock;
    Log& log;
  };

  CallRun(const Place& place, const MethodDescriptor& descriptor, const Context& context,
          std::span<const Argument> arguments, Outcome& outcome) noexcept
      : place_(place), outcome_(outcome), call_(descriptor, context, arguments, runs_) {}
  ~CallRun() {
    while (reached_ > 0) data_[--reached_].data.~HookData();
  }
  CallRun(const CallRun&) = delete;
  CallRun& operator=(const CallRun&) = delete;

  /// As HookChain::run. Once. A call that returns has run every pre and post, and counts neither:
  /// whoever holds its pin does.
  std::exception_ptr run(FunctionRef<void()> driver);

 private:
  // What a pre returned, made when its turn comes.
  union DataSlot {
    DataSlot() noexcept {}
    ~DataSlot() {}
    HookData data;
  };

  // What every call goes through is inlined, which the compiler leaves undone in code that may be
  // part of a shared library. run_pre returns what refuses the call, run_post what the caller is to
  // get; else null.
  [[gnu::always_inline]] inline std::exception_ptr run_pre(const HookMember& member);
  [[gnu::always_inline]] inline std::exception_ptr run_post();
  void run_failure(const Failure& failure);
  void count_pre() noexcept;
  [[gnu::always_inline]] inline void add_run(const HookMember& member, HookPhase phase,
                                             HookOutcome outcome) noexcept;
  void log_error(const HookMember& member, HookPhase phase, const std::exception_ptr& error,
                 std::string_view consequence) noexcept;
  [[gnu::always_inline]] inline std::int64_t lap() noexcept;

  const Place place_;
  Outcome& outcome_;
  HookRuns runs_;
  const Call call_;
  std::int64_t last_ns_ = 0;  // when the step before ended
  std::size_t reached_ = 0;   // hooks whose pre ran, from the first
  std::array<DataSlot, kMaxHooks> data_;
};

}  // namespace hookwire

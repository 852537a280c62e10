#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "hookwire/hooks/hook_chain.h"

#include "call_counts.h"
#include "call_run.h"
#include "set_slots.h"

namespace hookwire {

/// What a chain is made of: the sets that calls use, and what is behind the changes of them.
struct HookChain::Impl {
  using Members = std::vector<HookMember>;

  Impl(const Clock& clock_given, Log& log_given, std::atomic<int>& current)
      : place{clock_given, log_given, calls, nullptr}, slots(current) {}

  // What a change took out. Destroyed when no lock is held: a hook's destructor is a stranger.
  struct Retired {
    std::shared_ptr<const Members> members;
    std::shared_ptr<const Redaction> redaction;
    HookSet displaced;
    std::vector<HookSet> sets;
  };

  std::shared_ptr<const Members> all() const {
    const std::lock_guard lock(state_mutex);
    return members;
  }

  std::shared_ptr<const Redaction> redaction_in_force() const {
    const std::lock_guard lock(state_mutex);
    return redaction;
  }

  // Those that go together.
  std::pair<std::shared_ptr<const Members>, std::shared_ptr<const Redaction>> in_force() const {
    const std::lock_guard lock(state_mutex);
    return {members, redaction};
  }

  // Every hook, with its tally up to date.
  std::shared_ptr<const Members> all_settled() {
    const std::lock_guard lock(state_mutex);
    slots.settle();
    return members;
  }

  // Under update_mutex. Changes nothing when it throws.
  Retired put_in_force(std::shared_ptr<const Members> next, std::chrono::nanoseconds budget,
                       std::shared_ptr<const Redaction> next_redaction);
  int wait_for_slot();

  CallCounts calls;
  CallRun::Place place;  // its listener is written before the first call
  SetSlots slots;
  std::mutex update_mutex;         // one change at a time, its wait included
  mutable std::mutex state_mutex;  // what is in the slots, and `members`; never held for long
  std::shared_ptr<const Members> members = std::make_shared<Members>();
  std::shared_ptr<const Redaction> redaction;    // that goes with them
  std::chrono::nanoseconds call_time_budget{0};  // read and written under update_mutex
};

}  // namespace hookwire

// A hook of a program's own: counts the calls of each method and adds up how long they took. What
// its pre returns, the call's begin, is handed to its own post or failure of the same call.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/hooks/hook.h"

// One hook serves every thread that calls, so it has a lock of its own.
class TimingHook final : public hookwire::Hook {
 public:
  struct Sum {
    int calls = 0;
    int failed = 0;
    std::chrono::nanoseconds took{};
  };

  // The clock comes from outside, so that a test can let time pass.
  explicit TimingHook(const hookwire::Clock& clock) : clock_(clock) {}

  hookwire::HookData pre(const hookwire::Call& /*call*/) override { return clock_.steady_ns(); }
  void post(const hookwire::Call& call, hookwire::Outcome& /*outcome*/,
            hookwire::HookData& data) override {
    add(call, data, false);
  }
  void failure(const hookwire::Call& call, const hookwire::Failure& /*failure*/,
               hookwire::HookData& data) override {
    add(call, data, true);
  }
  void periodic(const hookwire::PeriodicData& /*data*/) override {}

  std::map<std::string, Sum> sums() const {
    const std::lock_guard lock(mutex_);
    return sums_;
  }

 private:
  void add(const hookwire::Call& call, hookwire::HookData& data, bool failed) {
    const std::int64_t* begin = data.get_if<std::int64_t>();
    if (begin == nullptr) return;  // pre is switched off
    const std::chrono::nanoseconds took(clock_.steady_ns() - *begin);
    const std::lock_guard lock(mutex_);
    Sum& sum = sums_[std::string(call.method())];
    ++sum.calls;
    sum.failed += failed ? 1 : 0;
    sum.took += took;
  }

  const hookwire::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Sum> sums_;
};

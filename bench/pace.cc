#include "pace.h"

#include <sys/prctl.h>
#include <time.h>

#include "cpu_time.h"

namespace hookwire::bench {

namespace {

constexpr std::int64_t kSpinNs = 50'000;  // more than a sleep is usually late

void sleep_until(std::int64_t due_ns) {
  const timespec due{.tv_sec = due_ns / 1'000'000'000, .tv_nsec = due_ns % 1'000'000'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

}  // namespace

void at_rate_while(std::int64_t period_ns, Wait wait, FunctionRef<bool(std::int64_t due_ns)> call) {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  const std::int64_t early_ns = wait == Wait::spin ? kSpinNs : 0;
  for (std::int64_t due_ns = monotonic_ns() + period_ns;; due_ns += period_ns) {
    if (monotonic_ns() < due_ns - early_ns) sleep_until(due_ns - early_ns);
    while (monotonic_ns() < due_ns) continue;
    if (!call(due_ns)) return;
  }
}

void at_rate(std::int64_t period_ns, std::int64_t count, Wait wait,
             FunctionRef<void(std::int64_t due_ns)> call) {
  if (count <= 0) return;
  at_rate_while(period_ns, wait, [&, left = count](std::int64_t due_ns) mutable {
    call(due_ns);
    return --left > 0;
  });
}

}  // namespace hookwire::bench

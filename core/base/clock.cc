#include "hookwire/base/clock.h"

#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "hookwire/base/uncancelled.h"

namespace hookwire {

namespace {

#if defined(__x86_64__)

__extension__ using Wide = unsigned __int128;

constexpr unsigned kFraction = 32;
constexpr std::int64_t kMeasureNs = 2'000'000;
constexpr std::int64_t kTooLongNs = 50'000'000;
constexpr int kTries = 4;

// At the rate at which the kernel takes the counter to go: CLOCK_MONOTONIC is at times made faster
// or slower on purpose.
std::int64_t raw_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

struct Sample {
  std::uint64_t ticks = 0;
  std::int64_t ns = 0;
};

// Both at one moment: of some tries the one that took the shortest.
Sample sample() noexcept {
  Sample best;
  std::uint64_t shortest = ~std::uint64_t{0};
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = __rdtsc();
    const std::int64_t ns = raw_ns();
    const std::uint64_t took = __rdtsc() - before;
    if (took >= shortest) continue;
    shortest = took;
    best = {before + took / 2, ns};
  }
  return best;
}

// The kernel has found the counter to go at one rate, on all processors alike.
bool kernel_trusts_counter() noexcept {
  const Uncancelled whole;
  try {
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string name;
    return std::getline(file, name) && name == "tsc";
  } catch (const std::exception&) {
    return false;
  }
}

struct Counter {
  Sample start;
  std::uint64_t ns_a_tick = 0;  // with kFraction bits behind the point; 0: not to be used
};

// Again when it took so long that the process or the machine may have been stopped meanwhile. Not
// inlined, so that a reading saves no registers for it.
[[gnu::noinline, gnu::cold]] Counter measure_counter() noexcept {
  if (!kernel_trusts_counter()) return {};
  for (int tries = 0; tries < kTries; ++tries) {
    const Sample start = sample();
    while (raw_ns() - start.ns < kMeasureNs) _mm_pause();
    const Sample end = sample();
    const std::int64_t ns = end.ns - start.ns;
    if (ns > kTooLongNs || end.ticks <= start.ticks) continue;
    const Wide scaled = Wide{static_cast<std::uint64_t>(ns)} << kFraction;
    return {start, static_cast<std::uint64_t>(scaled / (end.ticks - start.ticks))};
  }
  return {};
}

#endif

}  // namespace

std::int64_t SystemClock::stopwatch_ns() const noexcept {
#if defined(__x86_64__)
  static const Counter counter = measure_counter();
  if (counter.ns_a_tick != 0) [[likely]] {
    const Wide ns = Wide{__rdtsc() - counter.start.ticks} * counter.ns_a_tick >> kFraction;
    return counter.start.ns + static_cast<std::int64_t>(ns);
  }
#endif
  return steady_ns();
}

}  // namespace hookwire

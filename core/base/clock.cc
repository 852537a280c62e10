#include "hookwire/base/clock.h"

#include <cstdint>
#include <fstream>
#include <string>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace hookwire {

namespace {

#if defined(__x86_64__)

__extension__ using Wide = unsigned __int128;

constexpr unsigned kFraction = 32;
constexpr std::int64_t kMeasureNs = 2'000'000;

std::int64_t steady_now_ns() noexcept {
  return SystemClock().steady_ns();
}

struct Sample {
  std::uint64_t ticks = 0;
  std::int64_t ns = 0;
};

// Both clocks at one moment: of some tries the one that took the shortest.
Sample sample() noexcept {
  Sample best;
  std::uint64_t shortest = ~std::uint64_t{0};
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = __rdtsc();
    const std::int64_t ns = steady_now_ns();
    const std::uint64_t took = __rdtsc() - before;
    if (took >= shortest) continue;
    shortest = took;
    best = {before + took / 2, ns};
  }
  return best;
}

// The kernel has found the counter to go at one rate, on all processors alike.
bool kernel_trusts_counter() noexcept {
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

Counter measure_counter() noexcept {
  Counter counter;
  if (!kernel_trusts_counter()) return counter;
  counter.start = sample();
  while (steady_now_ns() - counter.start.ns < kMeasureNs) _mm_pause();
  const Sample end = sample();
  const std::uint64_t ticks = end.ticks - counter.start.ticks;
  const auto ns = static_cast<std::uint64_t>(end.ns - counter.start.ns);
  if (end.ticks > counter.start.ticks) counter.ns_a_tick = (ns << kFraction) / ticks;
  return counter;
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

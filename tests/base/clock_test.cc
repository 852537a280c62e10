#include "hookwire/base/clock.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

constexpr std::int64_t kMs = 1'000'000;

TEST(SystemClockTest, TheStopwatchMeasuresWhatTheSteadyClockMeasures) {
  const SystemClock clock;
  clock.stopwatch_ns();  // ready from here on
  // A reading lies between two of the steady clock, however late this thread is run.
  const std::int64_t before_start = clock.steady_ns();
  const std::int64_t start = clock.stopwatch_ns();
  const std::int64_t after_start = clock.steady_ns();
  while (clock.steady_ns() - after_start < 100 * kMs) {
  }
  const std::int64_t before_end = clock.steady_ns();
  const std::int64_t end = clock.stopwatch_ns();
  const std::int64_t after_end = clock.steady_ns();
  const std::int64_t wrong = (after_end - before_start) / 1'000;  // the steady clock may be slewed
  EXPECT_GE(end - start, before_end - after_start - wrong);
  EXPECT_LE(end - start, after_end - before_start + wrong);
}

TEST(SystemClockTest, TheStopwatchGoesOnlyForward) {
  const SystemClock clock;
  std::vector<std::int64_t> readings(100'000);
  for (std::int64_t& reading : readings) reading = clock.stopwatch_ns();
  EXPECT_TRUE(std::is_sorted(readings.begin(), readings.end()));
  EXPECT_GT(readings.back(), readings.front());
}

}  // namespace
}  // namespace hookwire::testing

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class PeriodicChain : public ChainTest {
 protected:
  // The ticks at which `interval` makes a hook run, of ticks of one second.
  std::vector<std::uint64_t> ticks_of(std::chrono::nanoseconds interval, std::uint64_t last) {
    chain_.replace({{"h",
                     "test",
                     std::make_shared<RecordingHook>("h", steps_),
                     {.periodic_interval = interval}}});
    std::vector<std::uint64_t> ticks;
    for (std::uint64_t tick = 1; tick <= last; ++tick) {
      const bool due = chain_.periodic_due(tick, tick - 1, 1s);
      EXPECT_EQ(chain_.run_periodic({.tick = tick}, tick - 1, 1s), due ? 1U : 0U);
      if (due) ticks.push_back(tick);
    }
    return ticks;
  }
};

TEST_F(PeriodicChain, AHookRunsAtEachBoundaryOfItsInterval) {
  EXPECT_THAT(ticks_of(3s, 10), ElementsAre(3U, 6U, 9U));
}

TEST_F(PeriodicChain, IntervalsAreRoundedUpToWholeTicks) {
  EXPECT_THAT(ticks_of(2001ms, 7), ElementsAre(3U, 6U));
  EXPECT_THAT(ticks_of(1ms, 3), ElementsAre(1U, 2U, 3U));
}

TEST_F(PeriodicChain, TicksThatPassedTogetherRunAHookOnce) {
  add("h", {.periodic_interval = 3s});
  install();
  EXPECT_TRUE(chain_.periodic_due(20, 1, 1s));
  EXPECT_EQ(chain_.run_periodic({.tick = 20, .missed_ticks = 18}, 1, 1s), 1U);
  EXPECT_FALSE(chain_.periodic_due(20, 18, 1s));
}

TEST_F(PeriodicChain, DueHooksRunInOrderAndWhatOneRaisesStopsNoOther) {
  add("first", {.periodic_interval = 1s}).on_periodic = [](const PeriodicData&) {
    throw std::runtime_error("no");
  };
  add("off", {.periodic = false, .periodic_interval = 1s});
  add("second", {.periodic_interval = 1s});
  install();

  EXPECT_EQ(chain_.run_periodic({.tick = 1}, 0, 1s), 2U);

  EXPECT_THAT(steps_.all(), ElementsAre("periodic first", "periodic second"));
  EXPECT_TRUE(log_.contains("hook first raised in periodic: runtime_error: no"));
  EXPECT_EQ(status_of("first").error_count, 1U);
  EXPECT_EQ(status_of("first").periodic_count, 1U);
}

TEST_F(PeriodicChain, AHookWithOnlyPeriodicOnCostsCallsNothing) {
  add("h", {.pre = false, .post = false, .periodic_interval = 1s});
  install();
  EXPECT_FALSE(chain_.active());
  EXPECT_TRUE(chain_.periodic_due(1, 0, 1s));
  chain_.enable("h", {.periodic = true}, false);
  EXPECT_FALSE(chain_.periodic_due(1, 0, 1s));
}

}  // namespace
}  // namespace hookwire::testing

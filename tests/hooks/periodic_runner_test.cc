#include "hookwire/hooks/periodic_runner.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hooks/chain_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class Runner : public ChainTest {
 protected:
  RecordingHook& install_hook(std::chrono::nanoseconds interval) {
    RecordingHook& hook = add("h", {.periodic_interval = interval});
    install();
    return hook;
  }
  PeriodicRunner::Source source() {
    return [this](const std::function<void(ValueRef)>& use) {
      ++asked_;
      use(ValueRef::to(data_));
    };
  }

  std::atomic<int> asked_{0};
  int data_ = 42;
};

TEST_F(Runner, TicksByHandRunWhatIsDueWithTheDriversData) {
  std::vector<std::uint64_t> ticks;
  install_hook(2s).on_periodic = [&](const PeriodicData& data) {
    ticks.push_back(data.tick);
    EXPECT_EQ(data.data.get<int>(), 42);
    EXPECT_EQ(data.missed_ticks, 0U);
  };
  PeriodicRunner runner(chain_, source(), log_);

  EXPECT_EQ(runner.tick(), 0U);
  EXPECT_EQ(runner.tick(4), 2U);

  EXPECT_THAT(ticks, ElementsAre(2U, 4U));
  EXPECT_EQ(runner.ticks(), 5U);
  EXPECT_EQ(runner.missed_ticks(), 0U);
  EXPECT_EQ(asked_, 2);
}

TEST_F(Runner, TheDriverIsNotAskedWhenNothingIsDue) {
  install_hook(300s);
  PeriodicRunner runner(chain_, source(), log_);
  runner.tick(299);
  EXPECT_EQ(asked_, 0);
}

TEST_F(Runner, WhatTheDriverRaisesIsLoggedAndThatTicksHooksDoNotRun) {
  install_hook(1s);
  bool broken = true;
  PeriodicRunner runner(
      chain_,
      [&](const std::function<void(ValueRef)>& use) {
        if (broken) throw std::runtime_error("no shares");
        use({});
      },
      log_);

  EXPECT_EQ(runner.tick(), 0U);
  EXPECT_TRUE(log_.contains("at tick 1, its hooks do not run: runtime_error: no shares"));
  broken = false;
  EXPECT_EQ(runner.tick(), 1U);
  EXPECT_EQ(runner.ticks(), 2U);
}

TEST_F(Runner, ATickMustBeLongerThanNothing) {
  EXPECT_THROW(PeriodicRunner(chain_, source(), log_, 0s), Error);
}

TEST_F(Runner, ItsThreadTicksByTheClock) {
  install_hook(1ms);
  PeriodicRunner runner(chain_, source(), log_, 1ms);
  EXPECT_EQ(runner.ticks(), 0U);
  runner.start();
  EXPECT_TRUE(eventually([&] { return status_of("h").periodic_count >= 3; }));
  runner.stop();
  const std::uint64_t stopped_at = runner.ticks();
  EXPECT_GE(stopped_at, 3U);
  runner.start();
  EXPECT_TRUE(eventually([&] { return runner.ticks() > stopped_at; }));
}

TEST_F(Runner, TicksThatPassWhileAHookRunsCoalesceAndAreCounted) {
  std::atomic<std::uint64_t> missed{0};
  bool first = true;
  install_hook(1ms).on_periodic = [&](const PeriodicData& data) {
    if (std::exchange(first, false)) {
      const auto enough = std::chrono::steady_clock::now() + 10ms;
      while (std::chrono::steady_clock::now() < enough) std::this_thread::yield();
    } else if (missed == 0) {
      missed = data.missed_ticks;
    }
  };
  PeriodicRunner runner(chain_, source(), log_, 1ms);
  runner.start();
  EXPECT_TRUE(eventually([&] { return missed > 0; }));
  runner.stop();
  EXPECT_GE(runner.missed_ticks(), missed.load());
  EXPECT_GE(runner.missed_ticks(), 8U);
}

TEST_F(Runner, StoppingDoesNotWaitForTheNextTick) {
  install_hook(1h);
  PeriodicRunner runner(chain_, source(), log_, 1h);
  runner.start();
  runner.stop();
  EXPECT_EQ(runner.ticks(), 0U);
}

TEST_F(Runner, HooksOfTwoTickingThreadsRunOneAtATime) {
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  install_hook(1ms).on_periodic = [&](const PeriodicData&) {
    if (++inside > 1) overlapped = true;
    std::this_thread::yield();
    --inside;
  };
  PeriodicRunner runner(chain_, source(), log_, 1ms);
  runner.start();
  {
    std::jthread other([&] { runner.tick(200); });
    runner.tick(200);
  }
  runner.stop();
  EXPECT_FALSE(overlapped);
  EXPECT_GE(runner.ticks(), 400U);
}

}  // namespace
}  // namespace hookwire::testing

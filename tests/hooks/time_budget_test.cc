#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

/// Hooks that take time by the fixture's clock, which stands still otherwise.
class TimeBudget : public ChainTest {
 protected:
  TimeBudget() {
    add("watcher").on_post = [this](const Call& call, Outcome&, HookData&) {
      for (const HookRun& run : call.hook_runs()) {
        const bool limited = run.limit != HookLimit::none;
        seen_.push_back(std::string(run.name) + " " + std::string(to_string(run.phase)) + " " +
                        std::string(to_string(run.outcome)) +
                        (limited ? " " + std::string(to_string(run.limit)) : ""));
      }
    };
  }
  RecordingHook& add_slow(const std::string& name, milliseconds pre, milliseconds post,
                          HookSwitches switches = {}) {
    RecordingHook& hook = add(name, switches);
    hook.on_pre = [this, pre](const Call&) -> HookData {
      still_.advance(pre);
      return {};
    };
    hook.on_post = [this, post](const Call&, Outcome&, HookData&) { still_.advance(post); };
    return hook;
  }
  std::vector<std::string> call(milliseconds call_time_budget = milliseconds(0)) {
    chain_.replace(hooks_, call_time_budget);
    return call_again();
  }
  std::vector<std::string> call_again() {
    seen_.clear();
    EXPECT_EQ(hooked_.call<&ScriptedDriver::add>(context_, 20, 22), 42);
    return seen_;
  }
  HookStatus slow_status() const { return chain_.status().at(1); }

  std::vector<std::string> seen_;
  FakeClock still_;
  HookChain chain_{still_, log_};
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
};

TEST_F(TimeBudget, AnOverrunIsShownCountedAndLoggedAndStopsNothing) {
  add_slow("slow", milliseconds(11), milliseconds(0), {.time_budget = milliseconds(10)});
  EXPECT_THAT(call(),
              ElementsAre("watcher pre ok", "slow pre over_budget time_budget", "slow post ok"));
  EXPECT_EQ(slow_status().overrun_count, 1U);
  EXPECT_EQ(slow_status().error_count, 0U);
  EXPECT_TRUE(log_.contains("hook slow took 11.0 ms in pre of add, its time_budget is 10ms"))
      << log_.text();
}

// A log that takes its time.
class SlowLog final : public Log {
 public:
  explicit SlowLog(FakeClock& clock) : clock_(clock) {}
  void write(LogLevel /*level*/, std::string_view /*line*/) noexcept override {
    clock_.advance(seconds(1));
  }

 private:
  FakeClock& clock_;
};

TEST_F(TimeBudget, NoHookIsChargedForTheLineThatTellsOfItsError) {
  SlowLog slow(still_);
  HookChain chain(still_, slow);
  const HookSwitches tolerant{
      .suppress_pre_errors = true, .suppress_post_errors = true, .time_budget = milliseconds(10)};
  RecordingHook& failing = add("failing", tolerant);
  failing.on_pre = [](const Call&) -> HookData { throw 1; };
  failing.on_post = [](const Call&, Outcome&, HookData&) { throw 1; };
  add("behind", tolerant);
  chain.replace(hooks_, milliseconds(10));
  Hooked<ScriptedDriver>(driver_, chain).call<&ScriptedDriver::add>(context_, 20, 22);
  EXPECT_THAT(seen_, ElementsAre("watcher pre ok", "failing pre suppressed", "behind pre ok",
                                 "behind post ok", "failing post suppressed"));
}

TEST_F(TimeBudget, WhatTakesAsLongAsTheBudgetIsInTime) {
  add_slow("slow", milliseconds(10), milliseconds(10), {.time_budget = milliseconds(10)});
  EXPECT_THAT(call(), ElementsAre("watcher pre ok", "slow pre ok", "slow post ok"));
  EXPECT_EQ(slow_status().overrun_count, 0U);
}

TEST_F(TimeBudget, TheTimeOfTheDriverAndOfOtherHooksIsNotTheHooks) {
  driver_.on_call = [this] { still_.advance(seconds(5)); };
  add_slow("slow", milliseconds(500), milliseconds(500));
  add_slow("quick", milliseconds(1), milliseconds(1), {.time_budget = milliseconds(10)});
  EXPECT_THAT(call(), Not(Contains(::testing::HasSubstr("over_budget"))));
}

TEST_F(TimeBudget, AHookThatRaisedOrChangedTheResultAndTookTooLongShowsBoth) {
  RecordingHook& slow = add_slow("slow", milliseconds(0), milliseconds(0),
                                 {.suppress_pre_errors = true, .time_budget = milliseconds(10)});
  slow.on_pre = [this](const Call&) -> HookData {
    still_.advance(milliseconds(20));
    throw std::runtime_error("late");
  };
  slow.on_post = [this](const Call&, Outcome& outcome, HookData&) {
    still_.advance(milliseconds(20));
    outcome.replace<int>(42);
  };
  EXPECT_THAT(call(), ElementsAre("watcher pre ok", "slow pre suppressed time_budget",
                                  "slow post changed_result time_budget"));
}

TEST_F(TimeBudget, OverrunsAreLoggedOnceASecondAtMost) {
  add_slow("slow", milliseconds(20), milliseconds(0), {.time_budget = milliseconds(10)});
  call();
  for (int i = 1; i < 100; ++i) call_again();  // 2 s in all
  EXPECT_EQ(slow_status().overrun_count, 100U);
  EXPECT_EQ(log_.count("its time_budget is 10ms"), 2U);
}

TEST_F(TimeBudget, OverrunsOpenTheBreakerOfAHookThatMayBeSkipped) {
  add_slow("slow", milliseconds(0), milliseconds(20),
           {.suppress_pre_errors = true,
            .suppress_post_errors = true,
            .time_budget = milliseconds(10),
            .breaker_failures = 2});
  call();
  call_again();
  EXPECT_EQ(slow_status().breaker, BreakerState::open);
  EXPECT_THAT(call_again(), ElementsAre("watcher pre ok", "slow pre skipped breaker"));
}

TEST_F(TimeBudget, AHookWhoseErrorsReachTheCallerRunsOverItsBudgetForEver) {
  add_slow("slow", milliseconds(20), milliseconds(0),
           {.time_budget = milliseconds(10), .breaker_failures = 1});
  call();
  for (int i = 0; i < 10; ++i) call_again();
  EXPECT_EQ(slow_status().skip_count, 0U);
  EXPECT_EQ(slow_status().overrun_count, 11U);
}

constexpr HookSwitches kErrorsSuppressed{.suppress_pre_errors = true, .suppress_post_errors = true};

TEST_F(TimeBudget, WhenTheCallsBudgetIsUsedUpHooksThatMayBeSkippedAre) {
  add_slow("slow", milliseconds(100), milliseconds(0));
  add("optional", kErrorsSuppressed);
  add("needed");
  EXPECT_THAT(call(milliseconds(100)),
              ElementsAre("watcher pre ok", "slow pre ok", "optional pre skipped call_time_budget",
                          "needed pre ok", "needed post ok", "slow post ok"));
  EXPECT_EQ(chain_.status().at(2).skip_count, 1U);
  EXPECT_EQ(chain_.status().at(2).pre_count, 0U);
  EXPECT_TRUE(log_.contains("hook optional is skipped in add: the hooks before it took 100.0 ms"))
      << log_.text();
}

TEST_F(TimeBudget, AHookThatBeganBeforeTheCallsBudgetWasUsedUpGetsItsPost) {
  add("optional", kErrorsSuppressed);
  add_slow("slow", milliseconds(100), milliseconds(100));
  EXPECT_THAT(call(milliseconds(50)),
              ElementsAre("watcher pre ok", "optional pre ok", "slow pre ok", "slow post ok",
                          "optional post ok"));
}

TEST_F(TimeBudget, TheDriversTimeIsNotTheHooks) {
  driver_.on_call = [this] { still_.advance(seconds(5)); };
  add_slow("slow", milliseconds(99), milliseconds(0));
  add("optional", kErrorsSuppressed);
  EXPECT_THAT(call(milliseconds(100)), Contains("optional post ok"));
}

TEST_F(TimeBudget, BeingSkippedForTheCallsBudgetIsNoFailure) {
  add_slow("slow", milliseconds(100), milliseconds(0));
  HookSwitches switches = kErrorsSuppressed;
  switches.breaker_failures = 1;
  add("optional", switches);
  call(milliseconds(100));
  call_again();
  EXPECT_EQ(chain_.status().at(2).breaker, BreakerState::closed);
  EXPECT_EQ(chain_.status().at(2).skip_count, 2U);
}

TEST_F(TimeBudget, TheCallsBudgetStaysWhenAHookIsSwitched) {
  add_slow("slow", milliseconds(100), milliseconds(0));
  add("optional", kErrorsSuppressed);
  call(milliseconds(100));
  chain_.enable("slow", {.periodic = true}, false);
  EXPECT_THAT(call_again(), Contains("optional pre skipped call_time_budget"));
}

}  // namespace
}  // namespace hookwire::testing

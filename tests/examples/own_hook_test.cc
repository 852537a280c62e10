#include <regex>

#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/event_recorder.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/scripted_driver.h"

#include "examples_test.h"
#include "timing_hook.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The hook alone: time passes as the test says.
class TimingHookTest : public ::testing::Test {
 protected:
  void SetUp() override { chain_.replace({recorder_.instance(), {"timing", "", timing_, {}}}); }

  FakeClock clock_;
  CapturingLog log_;
  EventRecorder recorder_;
  std::shared_ptr<TimingHook> timing_ = std::make_shared<TimingHook>(clock_);
  HookChain chain_{clock_, log_};
  ScriptedDriver driver_;
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
};

TEST_F(TimingHookTest, AddsUpTheTimesOfEachMethod) {
  driver_.on_call = [&] { clock_.advance(2ms); };
  hooked_.call<&ScriptedDriver::add>(1, 2);
  hooked_.call<&ScriptedDriver::add>(3, 4);
  hooked_.call<&ScriptedDriver::touch>("t-1");
  const auto sums = timing_->sums();
  EXPECT_EQ(sums.at("add").calls, 2);
  EXPECT_EQ(sums.at("add").took, 4ms);
  EXPECT_EQ(sums.at("touch").calls, 1);
  EXPECT_EQ(sums.at("touch").took, 2ms);
}

TEST_F(TimingHookTest, ACallThatFailsTakesItsTimeToo) {
  driver_.on_call = [&] {
    clock_.advance(3ms);
    throw std::runtime_error("broken");
  };
  EXPECT_THROW(hooked_.call<&ScriptedDriver::add>(1, 2), std::runtime_error);
  EXPECT_EQ(timing_->sums().at("add").failed, 1);
  EXPECT_EQ(timing_->sums().at("add").took, 3ms);
  EXPECT_THAT(hook_runs(recorder_.events().back()),
              ElementsAre("notify pre ok", "timing pre ok", "timing failure ok"));
}

TEST_F(TimingHookTest, CountsNothingWhileItsPreIsSwitchedOff) {
  chain_.enable("timing", {.pre = true}, false);
  hooked_.call<&ScriptedDriver::add>(1, 2);
  EXPECT_THAT(timing_->sums(), IsEmpty());
}

using OwnHookTest = ExamplesTest;

TEST_F(OwnHookTest, CountsItsCallsAndAddsUpTheirTimes) {
  const Ended ended = run_example("own_hook", {});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  ASSERT_EQ(ended.output.size(), 2U);
  EXPECT_EQ(ended.output[0], "open: wrong code");
  std::smatch found;
  const std::regex sum("open: 3 calls, 1 failed, ([0-9]+) us in all");
  ASSERT_TRUE(std::regex_match(ended.output[1], found, sum)) << ended.output[1];
  // Each call takes two milliseconds at least.
  EXPECT_GE(std::stol(found[1]), 6000);
}

}  // namespace
}  // namespace hookwire::testing

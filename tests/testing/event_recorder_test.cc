#include "hookwire/testing/event_recorder.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/hooks/periodic_runner.h"
#include "hookwire/share/hooked_share_driver.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/recording_hook.h"
#include "hookwire/testing/scripted_driver.h"
#include "hookwire/testing/scripted_share_driver.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class EventRecorderTest : public ::testing::Test {
 protected:
  EventRecorderTest() { install(recorder_); }

  void install(const EventRecorder& recorder) {
    chain_.replace({recorder.instance({.periodic_interval = 1s}), {.name = "own", .hook = hook_}},
                   0ns, recorder.redaction());
  }
  static std::string text_of(const Value& value) { return value.string() ? *value.string() : ""; }

  FakeClock clock_;
  CapturingLog log_;
  Steps steps_;
  EventRecorder recorder_;
  std::shared_ptr<RecordingHook> hook_ = std::make_shared<RecordingHook>("own", steps_);
  HookChain chain_{clock_, log_};
  ScriptedDriver driver_;
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
  const Context context_{.request_id = "req-1", .user_id = "u-7"};
};

TEST_F(EventRecorderTest, ACallThatWorksHasAPreAndAPost) {
  driver_.on_call = [&] { clock_.advance(5ms); };
  hooked_.call<&ScriptedDriver::add>(context_, 2, 3);
  const auto events = recorder_.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].topic, "pre/add/host@backend");
  EXPECT_EQ(events[0].context.user_id, "u-7");
  EXPECT_EQ(*events[0].args, Value(Value::Map{{"a", 2}, {"b", 3}}));
  EXPECT_EQ(events[1].topic, "post/add/host@backend");
  EXPECT_EQ(events[1].call_id, events[0].call_id);
  EXPECT_EQ(events[1].outcome, "success");
  EXPECT_EQ(*events[1].result, Value(5));
  EXPECT_EQ(events[1].duration_ns, 5'000'000);
  EXPECT_THAT(hook_runs(events[1]), ElementsAre("notify pre ok", "own pre ok", "own post ok"));
}

TEST_F(EventRecorderTest, ARefusedCallHasAFailureThatNamesTheHook) {
  hook_->on_pre = [](const Call&) -> HookData { throw std::runtime_error("not today"); };
  EXPECT_THROW(hooked_.call<&ScriptedDriver::touch>(context_, "t-1"), std::runtime_error);
  const auto events = recorder_.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].phase, Phase::failure);
  EXPECT_EQ(events[1].outcome, "vetoed");
  EXPECT_EQ(events[1].error->message, "not today");
  EXPECT_EQ(events[1].resource->id, "t-1");
  EXPECT_THAT(hook_runs(events[1]), ElementsAre("notify pre ok", "own pre vetoed"));
  EXPECT_EQ(driver_.calls(), 0);
}

TEST_F(EventRecorderTest, AResultThatAHookReplacedIsTheOneTold) {
  hook_->on_post = [](const Call&, Outcome& outcome, HookData&) { outcome.replace<int>(42); };
  hooked_.call<&ScriptedDriver::add>(context_, 2, 3);
  const Event end = recorder_.events().back();
  EXPECT_EQ(*end.result, Value(42));
  EXPECT_THAT(hook_runs(end),
              ElementsAre("notify pre ok", "own pre ok", "own post changed_result"));
}

TEST_F(EventRecorderTest, ASkippedHookIsNamedWithTheLimitItMet) {
  hook_->on_pre = [](const Call&) -> HookData { throw std::runtime_error("broken"); };
  chain_.replace(
      {recorder_.instance(),
       {.name = "own",
        .hook = hook_,
        .switches = {
            .suppress_pre_errors = true, .suppress_post_errors = true, .breaker_failures = 1}}});
  hooked_.call<&ScriptedDriver::add>(context_, 1, 1);
  hooked_.call<&ScriptedDriver::add>(context_, 1, 1);
  EXPECT_THAT(hook_runs(recorder_.events().back()),
              ElementsAre("notify pre ok", "own pre skipped breaker"));
}

TEST_F(EventRecorderTest, ATickHasAPeriodicEventWithItsData) {
  const Value data = Value::Map{{"free", 7}};
  chain_.run_periodic({.tick = 1, .data = ValueRef::to(data)}, 0, 1s);
  const auto events = recorder_.events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].topic, "periodic/tick/host@backend");
  EXPECT_EQ(*events[0].data, data);
}

TEST_F(EventRecorderTest, ForgetsWhatCameBeforeClear) {
  EXPECT_THAT(recorder_.events(), IsEmpty());
  hooked_.call<&ScriptedDriver::add>(context_, 1, 1);
  recorder_.clear();
  EXPECT_THAT(recorder_.events(), IsEmpty());
  hooked_.call<&ScriptedDriver::touch>(context_, "t-1");
  const auto events = recorder_.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].method, "touch");
}

TEST_F(EventRecorderTest, PublishesByTheRulesItWasGiven) {
  EventRecorder quiet(
      {.publisher = "nas01@gold",
       .policy = {{.drop = true, .method = "add"}, {.level = PublishLevel::metadata}}});
  install(quiet);
  hooked_.call<&ScriptedDriver::add>(context_, 1, 1);
  hooked_.call<&ScriptedDriver::touch>(context_, "t-1");
  const auto events = quiet.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].topic, "pre/touch/nas01@gold");
  EXPECT_FALSE(events[0].args);
  EXPECT_THAT(recorder_.events(), IsEmpty());
}

TEST_F(EventRecorderTest, ShowsSecretsAsSuchAlsoWithinTexts) {
  EventRecorder discreet({.redact = {"id"}});
  install(discreet);
  driver_.on_call = [] { throw std::runtime_error("open-sesame is wrong"); };
  std::string seen;
  hook_->on_failure = [&](const Call& call, const Failure&, HookData&) {
    seen = call.redacted("open-sesame is wrong");
  };
  EXPECT_THROW(hooked_.call<&ScriptedDriver::touch>(context_, "open-sesame"), std::runtime_error);
  const auto events = discreet.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(*events[0].args, Value(Value::Map{{"id", "<secret>"}}));
  EXPECT_EQ(events[1].error->message, "<secret> is wrong");
  EXPECT_EQ(seen, "<secret> is wrong");
}

TEST_F(EventRecorderTest, ShowsSecretsAsDigestsWhenItKnowsTheDriversMethods) {
  EventRecorder recorder({.methods = method_descriptors<ShareDriver>()});
  install(recorder);
  ScriptedShareDriver driver;
  driver.access_key = "open-sesame";
  const HookedShareDriver shares(driver, chain_);
  EXPECT_EQ(shares.allow_access(context_, "s-1", {"user", "alice", "rw", ""}), "open-sesame");
  EXPECT_THAT(text_of(*recorder.events().back().result), StartsWith("hmac-sha256:"));

  const std::vector<ShareInstance> data{
      {"s-1", 1, "NFS", {}, {{"user", "alice", "rw", "open-sesame"}}, {}}};
  chain_.run_periodic({.tick = 1, .data = ValueRef::to(data)}, 0, 1s);
  const Event tick = recorder.events().back();
  const Value* rules = tick.data->list()->front().find("access_rules");
  ASSERT_NE(rules, nullptr);
  EXPECT_THAT(text_of(*rules->list()->front().find("access_key")), StartsWith("hmac-sha256:"));
}

TEST_F(EventRecorderTest, TimesAreReadFromTheClockItWasGiven) {
  EventRecorder recorder({.clock = &clock_});
  install(recorder);
  hooked_.call<&ScriptedDriver::add>(context_, 1, 1);
  clock_.advance(1h);
  hooked_.call<&ScriptedDriver::add>(context_, 1, 1);
  const auto events = recorder.events();
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(events[0].time_ns, FakeClock::kStartUnixNs);
  EXPECT_EQ(events[2].time_ns - events[0].time_ns, std::chrono::nanoseconds(1h).count());
}

TEST_F(EventRecorderTest, EveryCallOfEveryThreadIsRecordedBeyondOneSegmentOfItsJournal) {
  constexpr int kCalls = 3000;
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < 2; ++n) {
      threads.emplace_back([&] {
        for (int call = 0; call < kCalls; ++call) {
          hooked_.call<&ScriptedDriver::add>(context_, call, 1);
        }
      });
    }
  }
  const auto events = recorder_.events();
  EXPECT_THAT(events, SizeIs(4 * kCalls));
  EXPECT_EQ(driver_.calls(), 2 * kCalls);
}

TEST_F(EventRecorderTest, APublisherThatCannotStandInATopicIsRefused) {
  EXPECT_THROW(EventRecorder({.publisher = ""}), Error);
}

}  // namespace
}  // namespace hookwire::testing

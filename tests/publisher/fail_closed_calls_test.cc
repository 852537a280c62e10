#include "fail_closed_test.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using FailClosedCalls = FailClosedOnAFullDisk;

TEST_F(FailClosedCalls, ARefusedCallLeavesTheDriverUntouchedAndSaysWhy) {
  open_closed();
  fill_up();
  const int runs = driver_runs_;
  const std::uint64_t before = refused();
  const std::size_t events = call_events().size();
  for (int n = 0; n < 5; ++n) {
    const Answer answer = call();
    EXPECT_EQ(answer.outcome, CallReport::Outcome::vetoed);
    EXPECT_THAT(answer.error, AllOf(HasSubstr("refused"), HasSubstr("fail_closed"),
                                    HasSubstr("the journal " + journal_folder().string()),
                                    HasSubstr("No space left on device")));
  }
  EXPECT_EQ(driver_runs_, runs);
  EXPECT_EQ(refused(), before + 5);
  EXPECT_EQ(call_events().size(), events) << "a call without pre has no event";
  EXPECT_EQ(log_.count("events are being lost, calls are refused"), 1U);
}

TEST_F(FailClosedCalls, AreServedAgainWhenSpaceReturnsAndAGapTellsOfThoseRefused) {
  open_closed();
  for (int round = 0; round < 2; ++round) {
    fill_up();
    for (int n = 0; n < 10; ++n) EXPECT_FALSE(accepted());
    recover();
    EXPECT_TRUE(eventually([&] { return accepted() && told_in_gaps("count") == lost(); }));
    EXPECT_EQ(told_in_gaps("refused"), refused());
    EXPECT_GT(lost(), refused()) << "the events that filled the journal up are told of as well";
  }
  EXPECT_GE(refused(), 20U);
  EXPECT_EQ(static_cast<std::size_t>(driver_runs_), counted().size());
  expect_each_call_has_one_end();
  const Event gap = told("gap").front();
  EXPECT_LT(*gap.data->find("from_time_ns")->unsigned_integer(),
            *gap.data->find("to_time_ns")->unsigned_integer());
  EXPECT_GE(log_.count("the journal takes events again"), 2U);
}

TEST_F(FailClosedCalls, AreRefusedWhateverTheSwitchesSuppress) {
  open_closed({}, {.suppress_pre_errors = true, .suppress_post_errors = true});
  fill_up();
  const int runs = driver_runs_;
  EXPECT_EQ(call().outcome, CallReport::Outcome::vetoed);
  chain_.enable("notify", {.periodic = true}, false);
  EXPECT_EQ(call().outcome, CallReport::Outcome::vetoed) << "also after a switch";
  EXPECT_EQ(driver_runs_, runs);
  chain_.enable("notify", {.pre = true}, false);
  EXPECT_EQ(call().outcome, CallReport::Outcome::success) << "without the hook nothing is recorded";
  chain_.enable("notify", {.pre = true}, true);
  EXPECT_EQ(call().outcome, CallReport::Outcome::vetoed);
}

TEST_F(FailClosedCalls, ThatALaterHookRefusesEndInTheRoomSetAside) {
  const auto judge = std::make_shared<RecordingHook>("judge", steps_);
  bool judges = false;
  open_closed({{.name = "judge", .hook = judge}});
  judge->on_pre = [&](const Call&) -> HookData {
    if (!std::exchange(judges, false)) return nullptr;
    fill_up();
    throw std::runtime_error("not today");
  };
  judges = true;
  const Answer answer = call("s-judged");
  ASSERT_TRUE(disk_.full);
  EXPECT_EQ(answer.error, "not today");
  const Event end = call_events().back();
  EXPECT_EQ(end.phase, Phase::failure);
  EXPECT_EQ(end.outcome, "vetoed");
  EXPECT_EQ(end.resource->id, "s-judged");
  expect_each_call_has_one_end();
}

TEST_F(FailClosedCalls, ThatTheDriverFailsEndInTheRoomSetAside) {
  open_closed();
  bool inside = false;
  store_.on_call = [&] {
    if (std::exchange(inside, true)) return;
    fill_up();
    throw std::logic_error("broken");
  };
  EXPECT_EQ(call("s-failed").error, "broken");
  ASSERT_TRUE(disk_.full);
  EXPECT_EQ(call_events().back().outcome, "failure");
  EXPECT_EQ(call_events().back().resource->id, "s-failed");
  expect_each_call_has_one_end();
}

// The end is far larger than its pre, and takes the whole block that was kept for it.
TEST_F(FailClosedCalls, HaveRoomForTheLargestEnd) {
  open_closed();
  bool inside = false;
  store_.token_text = std::string(30'000, 't');
  store_.on_call = [&] {
    if (!std::exchange(inside, true)) fill_up();
  };
  const std::string data(28'000, 'd');
  EXPECT_EQ(hooked_.call<&Store::put>(context_, "s-1", data), data);
  ASSERT_TRUE(disk_.full);
  const Event end = call_events().back();
  EXPECT_EQ(end.topic, "post/put/nas01@gold");
  EXPECT_EQ(end.flags & kFlagCut, 0);
  EXPECT_EQ(*end.result->string(), data);
}

TEST_F(FailClosedCalls, OfAMethodThatCanStandInNoTopicAreRefused) {
  open_closed();
  static constexpr MethodDescriptor kBad{.name = "not/a/topic"};
  const HookRuns runs;
  const Arguments none;
  const Call bad(kBad, context_, none, runs);
  EXPECT_THROW(hook_->pre(bad), Error);
  EXPECT_EQ(refused(), 1U);
  EXPECT_TRUE(accepted());
}

}  // namespace
}  // namespace hookwire::testing

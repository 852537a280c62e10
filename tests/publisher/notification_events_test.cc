#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class StoreFull : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A run's name, phase and outcome in one text.
std::vector<std::string> words(const std::vector<EventHookRun>& runs) {
  std::vector<std::string> all;
  for (const EventHookRun& run : runs)
    all.push_back(run.name + " " + run.phase + " " + run.outcome);
  return all;
}

class NotificationEvents : public PublisherTest {
 protected:
  HookInstance other(const std::function<void(RecordingHook&)>& prepare,
                     HookSwitches switches = {}) {
    auto hook = std::make_shared<RecordingHook>("other", steps_);
    prepare(*hook);
    return {"other", "test:RecordingHook", hook, switches};
  }
  std::string make() { return hooked_.call<&Store::make>(context_, "s-1", 5, access_); }
};

TEST_F(NotificationEvents, ACallThatWorksHasAPreAndAPostWithTheResult) {
  open();
  const std::string result = make();
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));

  const Event& pre = events[0];
  EXPECT_EQ(pre.topic, "pre/make/nas01@gold");
  EXPECT_EQ(pre.publisher, "nas01@gold");
  EXPECT_EQ(pre.schema, 1U);
  EXPECT_EQ(pre.method, "make");
  EXPECT_EQ(pre.context.request_id, "req-1");
  EXPECT_EQ(pre.context.user_id, "u-7");
  EXPECT_EQ(pre.context.remote_address, "10.0.0.9");
  EXPECT_THAT(pre.context.roles, ElementsAre("admin", "member"));
  EXPECT_EQ(pre.context.project_id, "");
  EXPECT_EQ(pre.args, Value(Value::Map{{"id", "s-1"},
                                       {"size", 5},
                                       {"access", Value::Map{{"to", "10.0.0.4"},
                                                             {"key", digest_of("open-sesame")}}}}));
  ASSERT_TRUE(pre.resource);
  EXPECT_EQ(pre.resource->type, "share");
  EXPECT_EQ(pre.resource->id, "s-1");
  EXPECT_EQ(pre.outcome, "");
  EXPECT_FALSE(pre.result || pre.error || pre.duration_ns || pre.data || pre.tick || pre.part);
  EXPECT_THAT(pre.hooks, IsEmpty());
  EXPECT_EQ(pre.flags, 0);

  const Event& post = events[1];
  EXPECT_EQ(post.topic, "post/make/nas01@gold");
  EXPECT_EQ(post.call_id, pre.call_id);
  EXPECT_EQ(post.outcome, "success");
  EXPECT_EQ(post.result, Value(result));
  EXPECT_EQ(post.args, pre.args);
  EXPECT_EQ(post.context.request_id, "req-1");
  EXPECT_EQ(post.resource->id, "s-1");
  EXPECT_GE(post.duration_ns.value_or(-1), 0);
  EXPECT_THAT(words(post.hooks), ElementsAre("notify pre ok"));
  EXPECT_FALSE(post.error);
  EXPECT_GE(post.time_ns, pre.time_ns);
}

TEST_F(NotificationEvents, WhatIsEmptyIsAbsent) {
  open();
  context_ = {};
  hooked_.call<&Store::drop>(context_, "s-1");
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_TRUE(events[0].context.empty());
  EXPECT_FALSE(events[1].result) << "drop returns nothing";
  EXPECT_EQ(journal_bytes().find("global_request_id"), std::string::npos);
  EXPECT_EQ(journal_bytes().find("context"), std::string::npos);
}

TEST_F(NotificationEvents, ADriverThatRaisesHasAFailure) {
  open();
  store_.on_call = [] { throw StoreFull("no room for s-1"); };
  EXPECT_THROW(make(), StoreFull);
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].topic, "failure/make/nas01@gold");
  EXPECT_EQ(events[1].call_id, events[0].call_id);
  EXPECT_EQ(events[1].outcome, "failure");
  ASSERT_TRUE(events[1].error);
  EXPECT_EQ(events[1].error->type, "StoreFull");
  EXPECT_EQ(events[1].error->message, "no room for s-1");
  EXPECT_FALSE(events[1].result);
  EXPECT_GE(events[1].duration_ns.value_or(-1), 0);
}

TEST_F(NotificationEvents, AnExceptionThatIsNoStandardOneHasItsType) {
  open();
  store_.on_call = [] { throw 7; };
  EXPECT_THROW(make(), int);
  EXPECT_EQ(call_events().at(1).error->type, "int");
}

TEST_F(NotificationEvents, ACallThatAnotherHookRefusesIsVetoed) {
  open({other([](RecordingHook& hook) {
    hook.on_pre = [](const Call&) -> HookData { throw StoreFull("not today"); };
  })});
  bool called = false;
  store_.on_call = [&] { called = true; };
  EXPECT_THROW(make(), StoreFull);
  EXPECT_FALSE(called);
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].phase, Phase::failure);
  EXPECT_EQ(events[1].outcome, "vetoed");
  EXPECT_EQ(events[1].error->message, "not today");
  EXPECT_FALSE(events[1].duration_ns) << "the driver did not run";
  EXPECT_THAT(words(events[1].hooks), ElementsAre("notify pre ok", "other pre vetoed"));
}

TEST_F(NotificationEvents, APostHookThatFailsLeavesASuccessAndShowsAmongTheHooks) {
  open({other([](RecordingHook& hook) {
    hook.on_post = [](const Call&, Outcome&, HookData&) { throw StoreFull("cannot index"); };
  })});
  EXPECT_THROW(make(), PostHookError);
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].phase, Phase::post);
  EXPECT_EQ(events[1].outcome, "success");
  EXPECT_FALSE(events[1].error);
  EXPECT_THAT(words(events[1].hooks),
              ElementsAre("notify pre ok", "other pre ok", "other post failed"));
  EXPECT_TRUE(events[1].hooks[2].duration_ns);
}

TEST_F(NotificationEvents, AResultThatAHookReplacedIsTheOneShown) {
  open({other([](RecordingHook& hook) {
    hook.on_post = [](const Call&, Outcome& outcome, HookData&) {
      outcome.replace<std::string>("another");
    };
  })});
  EXPECT_EQ(make(), "another");
  const auto events = call_events();
  EXPECT_EQ(events.at(1).result, Value("another"));
  EXPECT_THAT(words(events.at(1).hooks),
              ElementsAre("notify pre ok", "other pre ok", "other post changed_result"));
}

TEST_F(NotificationEvents, CallIdsAreUniqueOverCallsHooksAndRestarts) {
  open();
  make();
  make();
  chain_.replace({{"second", "", publisher_->make_notification_hook(), {}}});
  make();
  close();
  open();
  make();
  std::map<std::string, int> phases;
  for (const Event& event : call_events()) ++phases[event.call_id];
  EXPECT_THAT(phases, SizeIs(4));
  for (const auto& [call_id, count] : phases) {
    EXPECT_THAT(call_id, MatchesRegex("[0-9a-f]+-[0-9]+"));
    EXPECT_EQ(call_id.find('-'), 16U);
    EXPECT_EQ(count, 2) << call_id;
  }
}

TEST_F(NotificationEvents, WithoutItsPreACallHasNoEvents) {
  open({}, {.pre = false});
  make();
  store_.on_call = [] { throw StoreFull(""); };
  EXPECT_THROW(make(), StoreFull);
  EXPECT_THAT(call_events(), IsEmpty());
}

TEST_F(NotificationEvents, APreThatIsSwitchedOffDuringACallChangesNothingForThatCall) {
  open();
  store_.on_call = [&] { chain_.enable("notify", {.pre = true, .post = true}, false); };
  make();
  EXPECT_THAT(call_events(), SizeIs(2));
}

TEST_F(NotificationEvents, AMethodThatNobodyPreparedWorks) {
  static constexpr MethodDescriptor kUnknown{.name = "surprise", .resource = {"thing", ""}};
  open();
  Outcome outcome;
  chain_.run(kUnknown, context_, {}, outcome, [] {});
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].topic, "pre/surprise/nas01@gold");
  EXPECT_EQ(events[1].method, "surprise");
  EXPECT_FALSE(events[1].args || events[1].resource);
}

TEST_F(NotificationEvents, AMethodThatCannotStandInATopicIsCalledAllTheSameAndCounted) {
  static constexpr MethodDescriptor kBad{.name = "a/b"};
  open();
  bool called = false;
  Outcome outcome;
  EXPECT_EQ(chain_.run(kBad, context_, {}, outcome, [&] { called = true; }), nullptr);
  EXPECT_TRUE(called);
  EXPECT_EQ(publisher_->status().lost_events, 1U);
  make();
  ASSERT_THAT(told("gap"), SizeIs(1));
  EXPECT_THAT(*told("gap")[0].data->find("reason")->string(), HasSubstr("topic"));
}

TEST_F(NotificationEvents, StatusCountsEvents) {
  open();
  const std::uint64_t before = publisher_->status().events;
  make();
  EXPECT_EQ(publisher_->status().events, before + 2);
  EXPECT_EQ(publisher_->status().last_sequence, events().back().identity.sequence);
  EXPECT_EQ(publisher_->status().lost_events, 0U);
}

}  // namespace
}  // namespace hookwire::testing

#include <fstream>
#include <iterator>

#include "events_fixture.h"
#include "support/allocation_count.h"

namespace hookwire::testing {
namespace {

// Does in each phase what a test gave it to do.
class OtherHook final : public Hook {
 public:
  std::function<void()> on_pre;
  std::function<void(Outcome&)> on_post;
  HookData pre(const Call& /*call*/) override {
    if (on_pre) on_pre();
    return nullptr;
  }
  void post(const Call& /*call*/, Outcome& outcome, HookData& /*data*/) override {
    if (on_post) on_post(outcome);
  }
  void periodic(const PeriodicData& /*data*/) override {}
};

TEST_F(EventsTest, ACallThatWorkedHasAPreAndAPost) {
  open();
  EXPECT_EQ(lamp().call<&Lamp::dim>(context_, "kitchen", 40), 20);
  const std::vector<Event> events = call_events();
  ASSERT_EQ(events.size(), 2u);
  const Event& pre = events[0];
  const Event& post = events[1];
  EXPECT_EQ(pre.topic, "pre/dim/nas01@gold");
  EXPECT_EQ(pre.publisher, "nas01@gold");
  EXPECT_EQ(pre.method, "dim");
  EXPECT_EQ(pre.args, Value(Value::Map{{"lamp_id", "kitchen"}, {"percent", 40}}));
  EXPECT_EQ(pre.context.user_id, "alice");
  EXPECT_EQ(pre.context.roles, (std::vector<std::string>{"admin", "member"}));
  EXPECT_EQ(pre.resource->type, "lamp");
  EXPECT_EQ(pre.resource->id, "kitchen");
  EXPECT_FALSE(pre.result);
  EXPECT_TRUE(pre.outcome.empty());
  EXPECT_EQ(post.topic, "post/dim/nas01@gold");
  EXPECT_EQ(post.call_id, pre.call_id);
  EXPECT_EQ(post.outcome, "success");
  EXPECT_EQ(post.result, Value(20));
  EXPECT_EQ(post.args, pre.args);
  EXPECT_GT(*post.duration_ns, 0);
}

TEST_F(EventsTest, ACallThatFailedHasAPreAndAFailure) {
  open();
  EXPECT_THROW(lamp().call<&Lamp::dim>(context_, "kitchen", 200), LampBroken);
  const std::vector<Event> events = call_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].phase, Phase::failure);
  EXPECT_EQ(events[1].outcome, "failure");
  EXPECT_EQ(events[1].error->type, "LampBroken");
  EXPECT_EQ(events[1].error->message, "cannot dim to 200");
  EXPECT_EQ(events[1].call_id, events[0].call_id);
}

TEST_F(EventsTest, ARefusedCallIsAFailureThatNamesTheHook) {
  open();
  auto other = std::make_shared<OtherHook>();
  other->on_pre = [] { throw LampBroken("not at night"); };
  use_hooks({{.name = "night", .class_name = "", .hook = other, .switches = {}}});
  EXPECT_THROW(lamp().call<&Lamp::dim>(context_, "kitchen", 40), LampBroken);
  const std::vector<Event> events = call_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].outcome, "vetoed");
  EXPECT_EQ(events[1].error->message, "not at night");
  EXPECT_EQ(events[1].hooks.back().name, "night");
  EXPECT_EQ(events[1].hooks.back().outcome, "vetoed");
}

TEST_F(EventsTest, ThePostTellsTheFinalResultAndWhatOtherHooksDid) {
  open();
  auto other = std::make_shared<OtherHook>();
  other->on_post = [](Outcome& outcome) { outcome.replace(77); };
  auto failing = std::make_shared<OtherHook>();
  failing->on_post = [](Outcome& /*outcome*/) { throw LampBroken("post"); };
  use_hooks({{.name = "changer", .class_name = "", .hook = other, .switches = {}},
             {.name = "failing", .class_name = "", .hook = failing, .switches = {}}});
  EXPECT_THROW(lamp().call<&Lamp::dim>(context_, "kitchen", 40), PostHookError);
  const Event post = call_events().at(1);
  EXPECT_EQ(post.outcome, "success");
  EXPECT_EQ(post.result, Value(77));
  std::vector<std::string> runs;
  for (const EventHookRun& run : post.hooks) {
    runs.push_back(run.name + " " + run.phase + " " + run.outcome);
    EXPECT_GE(run.duration_ns.value_or(-1), 0);
  }
  EXPECT_EQ(runs, (std::vector<std::string>{"notify pre ok", "changer pre ok", "failing pre ok",
                                            "failing post failed", "changer post changed_result"}));
}

TEST_F(EventsTest, SecretsReachNoRecord) {
  open();
  lamp().call<&Lamp::log_in>(context_, Login{"bob", "hunter2-secret"}, "pin-4711-secret");
  const Event pre = call_events().at(0);
  EXPECT_EQ(pre.args,
            Value(Value::Map{{"login", Value::Map{{"user", "bob"}, {"password", "<secret>"}}},
                             {"pin", "<secret>"}}));
  close();
  for (const auto& file : std::filesystem::directory_iterator(folder())) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(bytes.find("secret\""), std::string::npos);
    EXPECT_EQ(bytes.find("hunter2"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("4711-secret"), std::string::npos) << file.path();
  }
}

TEST_F(EventsTest, AnEventThatIsTooLargeIsCutAndSaysSo) {
  open();
  const std::string large(100'000, 'x');
  EXPECT_EQ(lamp().call<&Lamp::show>(context_, large), large);
  for (const Event& event : call_events()) {
    EXPECT_EQ(event.flags & kFlagCut, kFlagCut);
    EXPECT_EQ(event.args, Value(Value::Map{{"cut", true}}));
    EXPECT_EQ(event.context.user_id, "alice");
  }
  EXPECT_EQ(call_events().size(), 2u);
}

TEST_F(EventsTest, TextThatIsNotUtf8IsKeptAsBytes) {
  open();
  const std::string text = "\xFF\xFE raw";
  lamp().call<&Lamp::show>(context_, text);
  const Event pre = call_events().at(0);
  ASSERT_NE(pre.args->find("text")->bytes(), nullptr);
  EXPECT_EQ(pre.args->find("text")->bytes()->size(), text.size());
}

TEST_F(EventsTest, CallIdsDifferBetweenCallsAndBetweenStarts) {
  std::vector<std::string> ids;
  for (int start = 0; start < 3; ++start) {
    open();
    for (int i = 0; i < 3; ++i) lamp().call<&Lamp::dim>(context_, "kitchen", i);
    close();
  }
  for (const Event& event : call_events()) {
    if (event.phase == Phase::pre) ids.push_back(event.call_id);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids.size(), 9u);
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

TEST_F(EventsTest, PublishingACallAllocatesNothing) {
  open();
  const std::string room = "a room with a name that is too long for the small string";
  for (int i = 0; i < 100; ++i) lamp().call<&Lamp::dim>(context_, room, 40);
  const std::uint64_t before = allocation_count();
  for (int i = 0; i < 1000; ++i) lamp().call<&Lamp::dim>(context_, room, 40);
  EXPECT_EQ(allocation_count(), before);
  close();
  EXPECT_EQ(call_events().size(), 2200u);
}

TEST_F(EventsTest, WithItsPreSwitchedOffACallHasNoEvents) {
  open();
  chain_->enable("notify", {.pre = true}, false);
  lamp().call<&Lamp::dim>(context_, "kitchen", 40);
  EXPECT_TRUE(call_events().empty());
}

}  // namespace
}  // namespace hookwire::testing

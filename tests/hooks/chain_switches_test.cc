#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using ChainSwitches = ChainTest;

TEST_F(ChainSwitches, AHookWhosePreIsOffStillGetsPostWithEmptyData) {
  bool empty = false;
  add("watcher", {.pre = false}).on_post = [&](const Call&, Outcome&, HookData& data) {
    empty = data.empty();
  };
  install();
  EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_TRUE(empty);
  EXPECT_THAT(steps_.all(), ElementsAre("post watcher"));
}

TEST_F(ChainSwitches, AHookWhosePreIsOffGetsFailureWhenALaterHookRefuses) {
  add("watcher", {.pre = false});
  add("judge").on_pre = [](const Call&) -> HookData { throw std::runtime_error("no"); };
  install();
  EXPECT_THROW(call_add(1, 1), std::runtime_error);
  EXPECT_THAT(steps_.all(), ElementsAre("pre judge", "failure watcher"));
}

TEST_F(ChainSwitches, AHookWhosePostIsOffGetsNeitherPostNorFailure) {
  add("watcher", {.post = false});
  install();
  EXPECT_EQ(call_add(1, 1), 2);
  driver_.on_call = [] { throw std::runtime_error("broken"); };
  EXPECT_THROW(call_add(1, 1), std::runtime_error);
  EXPECT_THAT(steps_.all(), ElementsAre("pre watcher", "pre watcher"));
}

TEST_F(ChainSwitches, AHookThatPairsItsPhasesRunsBothOrNeither) {
  for (const HookSwitches& switches : {HookSwitches{.pre = false}, HookSwitches{.post = false}}) {
    steps_.clear();
    const std::string name = switches.pre ? "no post" : "no pre";
    add(name, switches).paired = true;
    add(name + " other");
    install();
    EXPECT_EQ(call_add(1, 1), 2);
    driver_.on_call = [] { throw std::runtime_error("broken"); };
    EXPECT_THROW(call_add(1, 1), std::runtime_error);
    driver_.on_call = nullptr;
    for (const std::string& step : steps_.all()) EXPECT_THAT(step, HasSubstr("other"));
    EXPECT_EQ(status_of(name).switches.pre, switches.pre) << "as it was switched";
  }
}

TEST_F(ChainSwitches, AHookThatMayNotBeSuppressedRefusesAndReportsWhateverTheSwitchesSay) {
  RecordingHook& hook = add("strict", {.suppress_pre_errors = true, .suppress_post_errors = true});
  hook.suppressible = false;
  install();
  const auto expect_strict = [&] {
    driver_.on_call = [this] { steps_.add("driver"); };
    hook.on_post = nullptr;
    hook.on_pre = [](const Call&) -> HookData { throw std::runtime_error("no"); };
    steps_.clear();
    EXPECT_THROW(call_add(1, 1), std::runtime_error);
    EXPECT_THAT(steps_.all(), ElementsAre("pre strict"));
    hook.on_pre = nullptr;
    hook.on_post = [](const Call&, Outcome&, HookData&) { throw std::runtime_error("late"); };
    EXPECT_THROW(call_add(1, 1), PostHookError);
  };
  expect_strict();
  // A change of switches makes another set.
  chain_.enable("strict", {.pre = true, .post = true}, false);
  EXPECT_EQ(call_add(1, 1), 2);
  chain_.enable("strict", {.pre = true, .post = true}, true);
  expect_strict();
  EXPECT_TRUE(status_of("strict").switches.suppress_pre_errors) << "as it was switched";
}

TEST_F(ChainSwitches, WithEverythingOffACallMeetsNoHook) {
  add("watcher", {.pre = false, .post = false});
  install();
  EXPECT_FALSE(chain_.active());
  EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_THAT(steps_.all(), IsEmpty());
}

TEST_F(ChainSwitches, PhasesAreSwitchedOffAndOnWhileRunning) {
  add("watcher");
  install();
  chain_.enable("watcher", {.pre = true}, false);
  call_add(1, 1);
  EXPECT_THAT(steps_.all(), ElementsAre("post watcher"));
  EXPECT_FALSE(status_of("watcher").switches.pre);

  steps_.clear();
  chain_.enable("watcher", {.pre = true, .post = true}, true);
  call_add(1, 1);
  EXPECT_THAT(steps_.all(), ElementsAre("pre watcher", "post watcher"));
  EXPECT_TRUE(status_of("watcher").switches.pre);
}

TEST_F(ChainSwitches, ACallKeepsTheSetItBeganWith) {
  RecordingHook& hook = add("watcher");
  hook.on_pre = [&](const Call&) -> HookData {
    chain_.replace({});
    return 5;
  };
  int data_seen = 0;
  hook.on_post = [&](const Call&, Outcome&, HookData& data) { data_seen = *data.get_if<int>(); };
  install();

  EXPECT_EQ(call_add(1, 1), 2);

  EXPECT_EQ(data_seen, 5);
  EXPECT_FALSE(chain_.active());
  EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_THAT(steps_.all(), ElementsAre("pre watcher", "post watcher"));
}

TEST_F(ChainSwitches, AnUnknownHookIsRefusedAndTheOthersAreNamed) {
  add("small");
  add("large");
  install();
  try {
    chain_.enable("smal", {.pre = true}, false);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("'smal'; there are: small, large"));
  }
}

TEST_F(ChainSwitches, ARepeatedNameIsRefusedAndNothingChanges) {
  add("watcher");
  install();
  add("watcher");
  EXPECT_THROW(install(), Error);
  EXPECT_EQ(chain_.status().size(), 1U);
}

TEST_F(ChainSwitches, AsManyHooksAsFitRunAndOneMoreIsRefused) {
  for (std::size_t i = 0; i < kMaxHooks; ++i) add("hook" + std::to_string(i));
  install();
  EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_EQ(steps_.all().size(), 2 * kMaxHooks);

  add("one too many");
  EXPECT_THROW(install(), Error);
}

TEST_F(ChainSwitches, AHookThatGoesOnKeepsItsCounters) {
  add("stays");
  add("goes");
  install();
  call_add(1, 1);
  hooks_.pop_back();
  add("comes");
  install();
  call_add(1, 1);

  EXPECT_EQ(status_of("stays").pre_count, 2U);
  EXPECT_EQ(status_of("stays").post_count, 2U);
  EXPECT_EQ(status_of("comes").pre_count, 1U);
  EXPECT_EQ(chain_.status().size(), 2U);
}

TEST_F(ChainSwitches, AHookTakenOutIsReleasedWhenNoCallUsesIt) {
  add("watcher");
  const std::weak_ptr<Hook> watched = hooks_.front().hook;
  install();
  hooks_.clear();
  chain_.replace({});
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace hookwire::testing

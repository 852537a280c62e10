#include "hookwire/hooks/post_hook_error.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ChainPostError : public ChainTest {
 protected:
  void install_three(HookSwitches middle, const std::string& message = "broken") {
    first_ = &add("first");
    middle_ = &add("middle", middle);
    middle_->on_post = [message](const Call&, Outcome&, HookData&) {
      throw std::runtime_error(message);
    };
    last_ = &add("last");
    install();
  }

  RecordingHook* first_ = nullptr;
  RecordingHook* middle_ = nullptr;
  RecordingHook* last_ = nullptr;
};

TEST_F(ChainPostError, TheRemainingHooksStillRunThenTheCallerLearnsThatTheDriverSucceeded) {
  install_three({});
  try {
    call_add(2, 3);
    FAIL() << "nothing was thrown";
  } catch (const PostHookError& error) {
    EXPECT_EQ(error.result().get<int>(), 5);
    EXPECT_EQ(describe_exception(error.cause()).message, "broken");
    EXPECT_THAT(error.what(), HasSubstr("add succeeded, but a post hook raised runtime_error"));
  }
  EXPECT_EQ(driver_.calls(), 1);
  EXPECT_THAT(steps_.all(), ElementsAre("pre first", "pre middle", "pre last", "post last",
                                        "post middle", "post first"));
}

TEST_F(ChainPostError, HooksSeeWhichPostFailed) {
  install_three({});
  HookOutcome seen = HookOutcome::ok;
  first_->on_post = [&](const Call& call, Outcome&, HookData&) {
    seen = call.hook_runs().back().outcome;
  };
  EXPECT_THROW(call_add(1, 1), PostHookError);
  EXPECT_EQ(seen, HookOutcome::failed);
  EXPECT_EQ(status_of("middle").error_count, 1U);
}

TEST_F(ChainPostError, TheFirstCauseReachesTheCallerAndLaterOnesTheLog) {
  install_three({}, "came second");
  last_->on_post = [](const Call&, Outcome&, HookData&) { throw std::logic_error("came first"); };
  try {
    call_add(1, 1);
    FAIL() << "nothing was thrown";
  } catch (const PostHookError& error) {
    EXPECT_EQ(describe_exception(error.cause()).message, "came first");
  }
  EXPECT_TRUE(log_.contains("hook middle raised in post of add: runtime_error: came second"));
  EXPECT_FALSE(log_.contains("came first"));
}

TEST_F(ChainPostError, SuppressedItIsLoggedAndTheResultReachesTheCaller) {
  install_three({.suppress_post_errors = true});
  HookOutcome seen = HookOutcome::ok;
  first_->on_post = [&](const Call& call, Outcome&, HookData&) {
    seen = call.hook_runs().back().outcome;
  };
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_EQ(seen, HookOutcome::suppressed);
  EXPECT_TRUE(log_.contains("hook middle raised in post of add: runtime_error: broken"));
}

TEST_F(ChainPostError, ASuppressedErrorDoesNotHideALaterOneThatIsNot) {
  install_three({.suppress_post_errors = true});
  first_->on_post = [](const Call&, Outcome&, HookData&) { throw 42; };
  try {
    call_add(1, 1);
    FAIL() << "nothing was thrown";
  } catch (const PostHookError& error) {
    EXPECT_EQ(describe_exception(error.cause()).type, "int");
  }
}

TEST_F(ChainPostError, ItCarriesTheResultThatAnotherHookHadReplaced) {
  install_three({});
  last_->on_post = [](const Call&, Outcome& outcome, HookData&) { outcome.replace<int>(99); };
  try {
    call_add(1, 1);
    FAIL() << "nothing was thrown";
  } catch (const PostHookError& error) {
    EXPECT_EQ(error.result().get<int>(), 99);
  }
}

TEST_F(ChainPostError, OfAMethodWithoutResultItCarriesNone) {
  install_three({});
  try {
    hooked_.call<&ScriptedDriver::touch>(context_, "x");
    FAIL() << "nothing was thrown";
  } catch (const PostHookError& error) {
    EXPECT_TRUE(error.result().empty());
  }
}

}  // namespace
}  // namespace hookwire::testing

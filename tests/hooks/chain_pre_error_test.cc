#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct QuotaExceeded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ChainPreError : public ChainTest {
 protected:
  // Three hooks; the middle one's pre raises.
  void install_three(HookSwitches middle, const std::function<HookData(const Call&)>& raise) {
    first_ = &add("first");
    middle_ = &add("middle", middle);
    middle_->on_pre = raise;
    add("last");
    install();
  }
  static HookData refuse(const Call&) { throw QuotaExceeded("full"); }

  RecordingHook* first_ = nullptr;
  RecordingHook* middle_ = nullptr;
};

TEST_F(ChainPreError, NotSuppressedItRefusesTheCall) {
  install_three({}, refuse);

  EXPECT_THROW(call_add(1, 1), QuotaExceeded);

  EXPECT_EQ(driver_.calls(), 0);
  EXPECT_THAT(steps_.all(), ElementsAre("pre first", "pre middle", "failure first"));
  EXPECT_EQ(status_of("middle").veto_count, 1U);
  EXPECT_EQ(status_of("middle").error_count, 1U);
  EXPECT_EQ(status_of("first").failure_count, 1U);
  EXPECT_EQ(status_of("last").pre_count, 0U);
}

TEST_F(ChainPreError, TheCallerGetsTheHooksOwnExceptionObject) {
  const std::exception* thrown = nullptr;
  install_three({}, [&](const Call&) -> HookData {
    try {
      throw QuotaExceeded("full");
    } catch (const QuotaExceeded& error) {
      thrown = &error;
      throw;
    }
  });
  const std::exception* caught = nullptr;
  try {
    call_add(1, 1);
  } catch (const QuotaExceeded& error) {
    caught = &error;
  }
  EXPECT_NE(caught, nullptr);
  EXPECT_EQ(caught, thrown);
}

TEST_F(ChainPreError, HooksWhosePreRanLearnWhoRefusedAndWhy) {
  install_three({}, refuse);
  std::string vetoed_by;
  std::string message;
  HookOutcome outcome = HookOutcome::ok;
  first_->on_failure = [&](const Call& call, const Failure& failure, HookData&) {
    EXPECT_EQ(failure.reason, Failure::Reason::vetoed);
    EXPECT_EQ(failure.duration_ns, -1);
    vetoed_by = failure.vetoed_by;
    message = describe_exception(failure.error).message;
    outcome = call.hook_runs()[1].outcome;
  };

  EXPECT_THROW(call_add(1, 1), QuotaExceeded);

  EXPECT_EQ(vetoed_by, "middle");
  EXPECT_EQ(message, "full");
  EXPECT_EQ(outcome, HookOutcome::vetoed);
}

TEST_F(ChainPreError, SuppressedItIsLoggedAndBecomesThatHooksData) {
  install_three({.suppress_pre_errors = true}, refuse);
  std::string handed_over;
  middle_->on_post = [&](const Call&, Outcome&, HookData& data) {
    handed_over = describe_exception(data.suppressed_error()).message;
  };

  EXPECT_EQ(call_add(1, 2), 3);

  EXPECT_EQ(handed_over, "full");
  EXPECT_THAT(steps_.all(), ElementsAre("pre first", "pre middle", "pre last", "post last",
                                        "post middle", "post first"));
  EXPECT_THAT(log_.text(), HasSubstr("hook middle raised in pre of add: QuotaExceeded: full"));
  EXPECT_EQ(status_of("middle").veto_count, 0U);
  EXPECT_EQ(status_of("middle").error_count, 1U);
}

TEST_F(ChainPreError, WhatIsNoStdExceptionRefusesAndIsSuppressedAlike) {
  install_three({}, [](const Call&) -> HookData { throw 42; });
  EXPECT_THROW(call_add(1, 1), int);
  EXPECT_EQ(driver_.calls(), 0);

  hooks_[1].switches.suppress_pre_errors = true;
  install();
  EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_TRUE(log_.contains("hook middle raised in pre of add: int"));
}

TEST_F(ChainPreError, AfterARefusalTheNextCallWorks) {
  bool refuse_next = true;
  install_three({}, [&](const Call&) -> HookData {
    if (std::exchange(refuse_next, false)) throw QuotaExceeded("full");
    return nullptr;
  });
  EXPECT_THROW(call_add(1, 1), QuotaExceeded);
  EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_EQ(driver_.calls(), 1);
}

}  // namespace
}  // namespace hookwire::testing

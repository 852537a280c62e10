#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

struct DriverBroken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ChainFailure : public ChainTest {
 protected:
  void SetUp() override {
    driver_.on_call = [this] {
      try {
        throw DriverBroken("disk on fire");
      } catch (const DriverBroken& error) {
        thrown_ = &error;
        throw;
      }
    };
  }

  const std::exception* thrown_ = nullptr;
};

TEST_F(ChainFailure, EveryHookGetsItInReverseOrderThenTheCallerGetsTheSameObject) {
  add("outer");
  add("inner");
  install();
  try {
    call_add(1, 1);
    FAIL() << "nothing was thrown";
  } catch (const DriverBroken& error) {
    EXPECT_EQ(&error, thrown_);
  }
  EXPECT_EQ(driver_.calls(), 1);
  EXPECT_THAT(steps_.all(),
              ElementsAre("pre outer", "pre inner", "failure inner", "failure outer"));
}

TEST_F(ChainFailure, HooksSeeTheDriversExceptionAndTheirOwnData) {
  RecordingHook& hook = add("watcher");
  hook.on_pre = [](const Call&) { return 17; };
  bool seen = false;
  hook.on_failure = [&](const Call&, const Failure& failure, HookData& data) {
    seen = true;
    EXPECT_EQ(failure.reason, Failure::Reason::raised);
    EXPECT_EQ(describe_exception(failure.error).type, "DriverBroken");
    EXPECT_TRUE(failure.vetoed_by.empty());
    EXPECT_EQ(*data.get_if<int>(), 17);
  };
  install();
  EXPECT_THROW(call_add(1, 1), DriverBroken);
  EXPECT_TRUE(seen);
}

TEST_F(ChainFailure, WhatAFailureHookRaisesIsLoggedAndMasksNothing) {
  add("outer");
  add("inner").on_failure = [](const Call&, const Failure&, HookData&) {
    throw std::logic_error("and another thing");
  };
  install();

  EXPECT_THROW(call_add(1, 1), DriverBroken);

  EXPECT_THAT(steps_.all(),
              ElementsAre("pre outer", "pre inner", "failure inner", "failure outer"));
  EXPECT_TRUE(log_.contains("hook inner raised in failure of add: logic_error: and another thing"));
  EXPECT_EQ(status_of("inner").error_count, 1U);
  EXPECT_EQ(status_of("inner").failure_count, 1U);
}

TEST_F(ChainFailure, AFailureHookMayCallTheDriverAgain) {
  int again = 0;
  add("retrying").on_failure = [&](const Call&, const Failure&, HookData&) {
    driver_.on_call = nullptr;
    again = call_add(20, 22);
  };
  install();
  EXPECT_THROW(call_add(1, 1), DriverBroken);
  EXPECT_EQ(again, 42);
}

TEST_F(ChainFailure, TheDriversDurationIsKnownWhenAHookAsks) {
  RecordingHook& hook = add("timer");
  hook.measured = true;
  std::int64_t duration_ns = 0;
  hook.on_failure = [&](const Call&, const Failure& failure, HookData&) {
    duration_ns = failure.duration_ns;
  };
  install();
  EXPECT_THROW(call_add(1, 1), DriverBroken);
  EXPECT_EQ(duration_ns, 10);
}

TEST_F(ChainFailure, WhatIsNoStdExceptionPassesUntouched) {
  driver_.on_call = [] { throw 42; };
  add("watcher");
  install();
  EXPECT_THROW(call_add(1, 1), int);
  EXPECT_THAT(steps_.all(), ElementsAre("pre watcher", "failure watcher"));
}

}  // namespace
}  // namespace hookwire::testing

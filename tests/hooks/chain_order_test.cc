#include "hookwire/base/value.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using ChainOrder = ChainTest;

TEST_F(ChainOrder, WithoutHooksTheDriverIsCalledAndNothingElse) {
  EXPECT_FALSE(chain_.active());
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_EQ(driver_.calls(), 1);
  EXPECT_EQ(clock_.readings(), 0U);
}

TEST_F(ChainOrder, HooksEncloseTheDriverLikeLayersOfAnOnion) {
  add("outer");
  add("inner");
  install();
  driver_.on_call = [&] { steps_.add("driver"); };

  EXPECT_EQ(call_add(2, 3), 5);

  EXPECT_THAT(steps_.all(),
              ElementsAre("pre outer", "pre inner", "driver", "post inner", "post outer"));
  EXPECT_EQ(driver_.calls(), 1);
}

TEST_F(ChainOrder, WhatPreReturnedIsHandedToTheSameHooksPost) {
  std::vector<std::string> seen;
  for (const std::string name : {"first", "second"}) {
    RecordingHook& hook = add(name);
    hook.on_pre = [name](const Call&) { return std::string("from " + name); };
    hook.on_post = [&seen](const Call&, Outcome&, HookData& data) {
      seen.push_back(*data.get_if<std::string>());
    };
  }
  install();

  call_add(1, 1);

  EXPECT_THAT(seen, ElementsAre("from second", "from first"));
}

TEST_F(ChainOrder, AHookSeesMethodContextAndArgumentsByTypeAndByVisiting) {
  add("watcher").on_pre = [](const Call& call) -> HookData {
    EXPECT_EQ(call.method(), "add");
    EXPECT_EQ(call.context().request_id, "req-1");
    EXPECT_EQ(call.arg<int>("a"), 2);
    EXPECT_THROW(call.arg<long>("a"), Error);
    EXPECT_THROW(call.arg<int>("c"), Error);
    ValueBuilder builder;
    call.arguments()[1].value.visit(builder);
    EXPECT_EQ(builder.take(), Value(3));
    return nullptr;
  };
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_EQ(status_of("watcher").error_count, 0U);
}

std::vector<std::string> runs_of(const Call& call) {
  std::vector<std::string> runs;
  for (const HookRun& run : call.hook_runs()) {
    runs.push_back(std::string(run.name) + " " + std::string(to_string(run.phase)) + " " +
                   std::string(to_string(run.outcome)));
  }
  return runs;
}

TEST_F(ChainOrder, HooksSeeThatTheFailuresOfOthersRan) {
  std::vector<std::string> seen;
  add("first").on_failure = [&](const Call& call, const Failure&, HookData&) {
    seen = runs_of(call);
  };
  add("second");
  install();
  driver_.on_call = [] { throw std::runtime_error("broken"); };
  EXPECT_THROW(call_add(1, 1), std::runtime_error);
  EXPECT_THAT(seen, ElementsAre("first pre ok", "second pre ok", "second failure ok"));
}

TEST_F(ChainOrder, HooksSeeThatOthersRanWhenThereIsNothingElseToSay) {
  std::vector<std::string> seen;
  add("first").on_post = [&](const Call& call, Outcome&, HookData&) { seen = runs_of(call); };
  add("second", {.post = false});
  add("third", {.pre = false});
  install();
  call_add(1, 1);
  EXPECT_THAT(seen, ElementsAre("first pre ok", "second pre ok", "third post ok"));
}

TEST_F(ChainOrder, TheFirstListedHookSeesTheRunsOfAllTheOthers) {
  std::vector<std::string> seen;
  add("first").on_post = [&](const Call& call, Outcome&, HookData&) { seen = runs_of(call); };
  add("second", {.suppress_pre_errors = true}).on_pre = [](const Call&) -> HookData {
    throw std::runtime_error("no");
  };
  add("third").on_post = [](const Call&, Outcome& outcome, HookData&) { outcome.replace<int>(7); };
  install();

  EXPECT_EQ(call_add(1, 1), 7);

  EXPECT_THAT(seen, ElementsAre("first pre ok", "second pre suppressed", "third pre ok",
                                "third post changed_result", "second post ok"));
}

TEST_F(ChainOrder, APostHookReplacesTheResultForTheNextHookAndTheCaller) {
  int seen_by_outer = 0;
  add("outer").on_post = [&](const Call&, Outcome& outcome, HookData&) {
    seen_by_outer = outcome.result<int>();
  };
  add("inner").on_post = [](const Call&, Outcome& outcome, HookData&) {
    outcome.replace<int>(outcome.result<int>() * 10);
  };
  install();

  EXPECT_EQ(call_add(2, 3), 50);
  EXPECT_EQ(seen_by_outer, 50);
}

TEST_F(ChainOrder, AHookMayCallTheDriverThroughTheSameChain) {
  int depth = 0;
  add("caller").on_pre = [&](const Call&) -> HookData {
    if (++depth == 1) {
      EXPECT_EQ(call_add(10, 10), 20);
    }
    return nullptr;
  };
  install();

  EXPECT_EQ(call_add(2, 3), 5);

  EXPECT_EQ(driver_.calls(), 2);
  EXPECT_THAT(steps_.all(), ElementsAre("pre caller", "pre caller", "post caller", "post caller"));
}

TEST_F(ChainOrder, DurationsAreMeasuredWhenAHookAsksForThem) {
  std::int64_t driver_ns = 0;
  std::int64_t pre_ns = 0;
  RecordingHook& hook = add("timer");
  hook.measured = true;
  hook.on_pre = [&](const Call&) -> HookData {
    clock_.advance(std::chrono::nanoseconds(500));
    return nullptr;
  };
  hook.on_post = [&](const Call& call, Outcome& outcome, HookData&) {
    driver_ns = outcome.duration_ns();
    pre_ns = call.hook_runs()[0].duration_ns;
  };
  install();
  driver_.on_call = [&] { clock_.advance(std::chrono::nanoseconds(2000)); };

  call_add(1, 1);

  EXPECT_EQ(pre_ns, 510);  // the clock goes on by 10 ns at each reading
  EXPECT_EQ(driver_ns, 2010);
}

TEST_F(ChainOrder, NoHookAsksForDurationsSoNoClockIsRead) {
  add("plain").on_post = [](const Call& call, Outcome& outcome, HookData&) {
    EXPECT_EQ(outcome.duration_ns(), -1);
    EXPECT_EQ(call.hook_runs()[0].duration_ns, -1);
  };
  install();
  call_add(1, 1);
  EXPECT_EQ(clock_.readings(), 0U);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

}  // namespace
}  // namespace hookwire::testing

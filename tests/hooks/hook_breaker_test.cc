#include <atomic>

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr HookSwitches kSuppressed{.suppress_pre_errors = true,
                                   .suppress_post_errors = true,
                                   .breaker_failures = 3,
                                   .breaker_pause = seconds(30)};

/// A chain with a flaky hook, whose breaker opens after three failures, behind one that watches.
class Breaker : public ChainTest, public BreakerListener {
 protected:
  Breaker() {
    RecordingHook& watcher = add("watcher");
    watcher.on_post = [this](const Call& call, Outcome&, HookData&) { see(call); };
    watcher.on_failure = [this](const Call& call, const Failure&, HookData&) { see(call); };
    chain_.tell_breakers(*this);
  }

  RecordingHook& add_flaky(HookSwitches switches = kSuppressed) {
    RecordingHook& flaky = add("flaky", switches);
    flaky.on_pre = [this](const Call&) -> HookData {
      if (failing_) throw std::runtime_error("broken");
      return {};
    };
    install();
    return flaky;
  }
  void fail(int calls) {
    failing_ = true;
    for (int i = 0; i < calls; ++i) EXPECT_EQ(call_add(20, 22), 42);
    failing_ = false;
  }
  /// What the flaky hook did in the last call: "pre ok", "pre skipped breaker".
  const std::vector<std::string>& last_call() {
    EXPECT_EQ(call_add(20, 22), 42);
    return seen_;
  }
  BreakerState state() const { return status_of("flaky").breaker; }

  void breaker_opened(const BreakerChange& change) override { note("opened", change); }
  void breaker_closed(const BreakerChange& change) override { note("closed", change); }

  std::atomic<bool> failing_{false};
  std::vector<std::string> changes_;

 private:
  void note(const std::string& what, const BreakerChange& change) {
    changes_.push_back(
        what + " " + std::string(change.hook) + " " + std::string(to_string(change.phase)) + " " +
        std::to_string(change.failures) + " " + std::to_string(change.pause / seconds(1)) + "s");
    if (listener_throws) throw std::runtime_error("no listener");
  }
  void see(const Call& call) {
    seen_.clear();
    for (const HookRun& run : call.hook_runs()) {
      if (run.name != "flaky") continue;
      seen_.push_back(
          std::string(to_string(run.phase)) + " " + std::string(to_string(run.outcome)) +
          (run.limit == HookLimit::none ? "" : " " + std::string(to_string(run.limit))));
    }
  }

 protected:
  std::vector<std::string> seen_;
  bool listener_throws = false;
};

TEST_F(Breaker, ATryThatTakesLongerThanThePauseKeepsNobodyWaiting) {
  RecordingHook& flaky = add_flaky();
  fail(3);
  clock_.advance(seconds(30));
  std::vector<BreakerState> states;
  bool trying = true;
  driver_.on_call = [&] {  // of the call that tries: it has not returned when another comes
    if (!std::exchange(trying, false)) return;
    states.push_back(state());
    EXPECT_THAT(last_call(), ElementsAre("pre skipped breaker"));
    clock_.advance(seconds(30));
    EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
    states.push_back(state());
    flaky.on_post = [](const Call&, Outcome&, HookData&) { throw 1; };
  };
  call_add(20, 22);
  EXPECT_THAT(states, ElementsAre(BreakerState::trying, BreakerState::closed));
  EXPECT_EQ(state(), BreakerState::closed) << "the later try decided";
  EXPECT_THAT(changes_, ElementsAre("opened flaky pre 3 30s", "closed flaky pre 3 30s"));
}

TEST_F(Breaker, ACallInWhichTheHookHasNothingToDoSaysNothingOfIt) {
  RecordingHook& flaky = add_flaky();
  fail(2);
  flaky.concerned = false;
  EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
  EXPECT_EQ(status_of("flaky").failures_in_a_row, 2U);
  flaky.concerned = true;
  fail(1);
  EXPECT_EQ(state(), BreakerState::open);
  clock_.advance(seconds(30));
  flaky.concerned = false;
  last_call();
  EXPECT_EQ(state(), BreakerState::open) << "it is no try";
  flaky.concerned = true;
  last_call();
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(Breaker, StaysClosedBelowItsNumberOfFailuresInARow) {
  add_flaky();
  fail(2);
  EXPECT_EQ(status_of("flaky").failures_in_a_row, 2U);
  EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
  EXPECT_EQ(status_of("flaky").failures_in_a_row, 0U);
  fail(2);
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(Breaker, OpensAfterSoManyFailuresInARowAndSaysSoOnce) {
  add_flaky();
  fail(3);
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_THAT(changes_, ElementsAre("opened flaky pre 3 30s"));
  EXPECT_TRUE(log_.contains("hook flaky is skipped from now on"));
  EXPECT_EQ(status_of("flaky").failures_in_a_row, 3U);
}

TEST_F(Breaker, ASkippedHookGetsNeitherPreNorPostNorFailureAndTheCallShowsIt) {
  add_flaky();
  fail(3);
  steps_.clear();
  EXPECT_THAT(last_call(), ElementsAre("pre skipped breaker"));
  driver_.on_call = [] { throw std::runtime_error("driver"); };
  EXPECT_THROW(call_add(1, 1), std::runtime_error);
  EXPECT_THAT(seen_, ElementsAre("pre skipped breaker"));
  EXPECT_THAT(steps_.all(),
              ElementsAre("pre watcher", "post watcher", "pre watcher", "failure watcher"));
}

TEST_F(Breaker, SkippedCallsAreCountedAndCountAsNoRuns) {
  add_flaky();
  fail(3);
  for (int i = 0; i < 4; ++i) call_add(1, 1);
  const HookStatus flaky = status_of("flaky");
  EXPECT_EQ(flaky.skip_count, 4U);
  EXPECT_EQ(flaky.pre_count, 3U);
  EXPECT_EQ(flaky.post_count, 3U);
  EXPECT_EQ(flaky.error_count, 3U);
  EXPECT_EQ(status_of("watcher").pre_count, 7U);
  EXPECT_EQ(status_of("watcher").post_count, 7U);
}

TEST_F(Breaker, ATryThatGoesWellAfterThePauseClosesIt) {
  add_flaky();
  fail(3);
  clock_.advance(seconds(29));
  EXPECT_THAT(last_call(), ElementsAre("pre skipped breaker"));
  clock_.advance(seconds(1));
  EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_THAT(changes_, ElementsAre("opened flaky pre 3 30s", "closed flaky pre 3 30s"));
  EXPECT_TRUE(log_.contains("hook flaky runs again"));
  fail(2);
  EXPECT_EQ(state(), BreakerState::closed) << "the row begins anew";
}

TEST_F(Breaker, ATryThatFailsMakesThePauseBeginAgainAndIsNoOpening) {
  add_flaky();
  fail(3);
  clock_.advance(seconds(30));
  fail(1);
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(status_of("flaky").failures_in_a_row, 4U);
  EXPECT_THAT(seen_, ElementsAre("pre suppressed", "post ok")) << "the try shows in its call";
  clock_.advance(seconds(29));
  EXPECT_THAT(last_call(), ElementsAre("pre skipped breaker"));
  clock_.advance(seconds(1));
  EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
  EXPECT_THAT(changes_, ElementsAre("opened flaky pre 3 30s", "closed flaky pre 4 30s"));
}

TEST_F(Breaker, AHookThatFailsInItsPostOnlyIsSkippedToo) {
  add_flaky().on_post = [](const Call&, Outcome&, HookData&) { throw 1; };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call_add(1, 1), 2);
  EXPECT_THAT(changes_, ElementsAre("opened flaky post 3 30s"));
}

TEST_F(Breaker, AHookThatFailsInItsFailureOnlyIsSkippedToo) {
  add_flaky().on_failure = [](const Call&, const Failure&, HookData&) { throw 1; };
  driver_.on_call = [] { throw std::logic_error("driver"); };
  for (int i = 0; i < 4; ++i) EXPECT_THROW(call_add(1, 1), std::logic_error);
  EXPECT_THAT(changes_, ElementsAre("opened flaky failure 3 30s"));
  EXPECT_THAT(seen_, ElementsAre("pre skipped breaker"));
}

TEST_F(Breaker, ATryIsJudgedAlsoWhenTheDriverRaises) {
  add_flaky();
  fail(3);
  clock_.advance(seconds(30));
  driver_.on_call = [] { throw std::logic_error("driver"); };
  EXPECT_THROW(call_add(1, 1), std::logic_error);
  EXPECT_THAT(changes_, ElementsAre("opened flaky pre 3 30s", "closed flaky pre 3 30s"));
}

TEST_F(Breaker, ATryIsJudgedAlsoWhenALaterHookRefusesTheCall) {
  add_flaky();
  add("veto").on_pre = [this](const Call&) -> HookData {
    if (!failing_) throw std::logic_error("no");
    return {};
  };
  install();
  fail(3);
  clock_.advance(seconds(30));
  EXPECT_THROW(call_add(1, 1), std::logic_error);
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(Breaker, AHookWhoseErrorsReachTheCallerIsNeverSkipped) {
  for (const HookSwitches switches :
       {HookSwitches{.breaker_failures = 1},
        HookSwitches{.suppress_post_errors = true, .breaker_failures = 1}}) {
    hooks_.resize(1);
    add_flaky(switches);
    for (int i = 0; i < 10; ++i) {
      failing_ = true;
      EXPECT_THROW(call_add(1, 1), std::runtime_error);
      failing_ = false;
    }
    EXPECT_EQ(state(), BreakerState::off);
    EXPECT_EQ(status_of("flaky").skip_count, 0U);
  }
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(Breaker, AHookWhosePostMayFailTheCallIsNotSkippedForItsPre) {
  add_flaky({.suppress_pre_errors = true, .breaker_failures = 1});
  fail(10);
  EXPECT_EQ(state(), BreakerState::off);
  hooks_.back().switches.post = false;
  install();
  fail(1);
  EXPECT_EQ(state(), BreakerState::open) << "only its pre is on, and that is suppressed";
}

TEST_F(Breaker, AHookThatMustSeeEveryCallIsNeverSkipped) {
  HookSwitches switches = kSuppressed;
  switches.breaker_failures = 1;
  add_flaky(switches).skippable = false;
  install();
  fail(10);
  EXPECT_EQ(state(), BreakerState::off);
  EXPECT_EQ(status_of("flaky").pre_count, 10U);
}

TEST_F(Breaker, WithoutANumberOfFailuresThereIsNone) {
  HookSwitches switches = kSuppressed;
  switches.breaker_failures = 0;
  add_flaky(switches);
  fail(100);
  EXPECT_EQ(state(), BreakerState::off);
  EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
}

TEST_F(Breaker, SurvivesAChangeOfTheChain) {
  add_flaky();
  fail(3);
  install();
  chain_.enable("watcher", {.periodic = true}, false);
  EXPECT_THAT(last_call(), ElementsAre("pre skipped breaker"));
  clock_.advance(seconds(30));
  EXPECT_THAT(last_call(), ElementsAre("pre ok", "post ok"));
}

TEST_F(Breaker, ACallThatTheHookMakesItselfIsNoSecondTry) {
  RecordingHook& flaky = add_flaky();
  fail(3);
  clock_.advance(seconds(30));
  int depth = 0;
  flaky.on_pre = [&](const Call&) -> HookData {
    ++depth;
    call_add(1, 1);
    return {};
  };
  call_add(1, 1);
  EXPECT_EQ(depth, 1);
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(Breaker, AListenerThatThrowsHarmsNoCall) {
  listener_throws = true;
  add_flaky();
  fail(3);
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_TRUE(log_.contains("no listener"));
}

TEST_F(Breaker, NoClockIsReadWhileItIsClosed) {
  add_flaky();
  fail(2);
  const std::uint64_t before = clock_.readings();
  call_add(1, 1);
  call_add(1, 1);
  EXPECT_EQ(clock_.readings(), before);
}

}  // namespace
}  // namespace hookwire::testing

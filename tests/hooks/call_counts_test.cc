#include "call_counts.h"

#include <array>
#include <thread>

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DurationHistogram, BucketsEndAtPowersOfTwoWhichBelongToThem) {
  EXPECT_EQ(DurationHistogram::bucket(0), 0U);
  EXPECT_EQ(DurationHistogram::bucket(1), 0U);
  for (std::size_t i = 0; i < DurationHistogram::kBounds; ++i) {
    const std::int64_t bound_ns = DurationHistogram::bound_ns(i);
    EXPECT_EQ(DurationHistogram::bucket(bound_ns), i);
    EXPECT_EQ(DurationHistogram::bucket(bound_ns + 1), i + 1);
  }
  EXPECT_EQ(DurationHistogram::bucket(std::numeric_limits<std::int64_t>::max()),
            DurationHistogram::kBounds);
}

/// A chain of one hook by a clock that stands still until the driver or the hook lets time pass.
class CallCountsTest : public ChainTest {
 protected:
  void install_hook(bool measured = true, HookSwitches switches = {}) {
    hook_ = &add("watch", switches);
    hook_->measured = measured;
    chain_.replace(hooks_);
  }
  void call() { hooked_.call<&ScriptedDriver::add>(context_, 1, 2); }
  void call_that_throws() {
    try {
      call();
      ADD_FAILURE() << "the call returned";
    } catch (...) {  // NOLINT(bugprone-empty-catch): what it threw is not the question
    }
  }
  const DurationHistogram& durations(HookPhase phase) {
    status_ = chain_.status().at(0);
    return status_.durations[static_cast<std::size_t>(phase)];
  }
  static DurationHistogram of(std::initializer_list<std::chrono::nanoseconds> durations) {
    DurationHistogram histogram;
    for (const std::chrono::nanoseconds each : durations) {
      ++histogram.counts[DurationHistogram::bucket(each.count())];
      histogram.sum_ns += static_cast<std::uint64_t>(each.count());
    }
    return histogram;
  }

  RecordingHook* hook_ = nullptr;
  HookStatus status_;
  FakeClock still_;
  HookChain chain_{still_, log_};
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
};

TEST_F(CallCountsTest, EachPhaseOfAHookHasItsDurations) {
  install_hook();
  hook_->on_pre = [&](const Call&) -> HookData {
    still_.advance(3us);
    return {};
  };
  hook_->on_post = [&](const Call&, Outcome&, HookData&) { still_.advance(40us); };
  hook_->on_failure = [&](const Call&, const Failure&, HookData&) { still_.advance(500us); };
  hook_->on_periodic = [&](const PeriodicData&) { still_.advance(6ms); };
  driver_.on_call = [&] { still_.advance(1s); };
  call();
  call();
  driver_.on_call = [] { throw 1; };
  call_that_throws();
  chain_.run_periodic({.tick = 300}, 0, 1s);

  EXPECT_EQ(durations(HookPhase::pre), of({3us, 3us, 3us}));
  EXPECT_EQ(durations(HookPhase::post), of({40us, 40us}));
  EXPECT_EQ(durations(HookPhase::failure), of({500us}));
  EXPECT_EQ(durations(HookPhase::periodic), of({6ms}));
}

TEST_F(CallCountsTest, CallsAreCountedByMethodAndOutcomeWithAllTheTimeTheyTook) {
  install_hook();
  hook_->on_pre = [&](const Call&) -> HookData {
    still_.advance(1ms);
    return {};
  };
  hook_->on_post = [&](const Call&, Outcome&, HookData&) { still_.advance(1ms); };
  driver_.on_call = [&] { still_.advance(10ms); };
  call();
  call();
  hooked_.call<&ScriptedDriver::touch>(context_, "x");
  driver_.on_call = [&] {
    still_.advance(5ms);
    throw 1;
  };
  call_that_throws();
  driver_.on_call = nullptr;
  hook_->on_post = [](const Call&, Outcome&, HookData&) { throw 1; };
  call_that_throws();
  hook_->on_pre = [](const Call&) -> HookData { throw 1; };
  call_that_throws();
  call_that_throws();
  call_that_throws();

  const std::vector<CallStatus> calls = chain_.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].method, "add");
  EXPECT_EQ(calls[0].count(CallReport::Outcome::success), 2U);
  EXPECT_EQ(calls[0].count(CallReport::Outcome::failure), 1U);
  EXPECT_EQ(calls[0].count(CallReport::Outcome::post_hook_failed), 1U);
  EXPECT_EQ(calls[0].count(CallReport::Outcome::vetoed), 3U);
  EXPECT_EQ(calls[0].durations, of({12ms, 12ms, 6ms, 1ms, 0ms, 0ms, 0ms}));
  EXPECT_EQ(calls[1].method, "touch");
  EXPECT_THAT(calls[1].counts, ElementsAre(1U, 0U, 0U, 0U));
}

TEST_F(CallCountsTest, ACallThatIsNotMeasuredHasNoDurationAndIsNotAmongThem) {
  install_hook(false);
  const std::uint64_t readings = still_.readings();
  call();
  EXPECT_EQ(still_.readings(), readings);
  EXPECT_EQ(durations(HookPhase::pre), DurationHistogram());
  EXPECT_EQ(status_.pre_count, 1U);
  EXPECT_THAT(chain_.calls(), IsEmpty());
}

TEST_F(CallCountsTest, CountsGoOnWhereAHookStaysInAChangedChain) {
  install_hook();
  call();
  add("second");
  chain_.replace(hooks_);
  call();
  EXPECT_EQ(durations(HookPhase::pre).count(), 2U);
  EXPECT_EQ(chain_.calls().at(0).count(CallReport::Outcome::success), 2U);
}

// More threads at once than have a row of their own.
TEST_F(CallCountsTest, NoCountIsLostHoweverManyThreadsCall) {
  constexpr std::size_t kThreads = ThreadShard::kCount + 32;
  constexpr std::size_t kCalls = 200;
  hooks_.push_back({"watch", "test", std::make_shared<RecordingHook>("watch", steps_), {}});
  chain_.replace(hooks_, 1h);  // which has calls measured
  std::atomic<std::size_t> ready{0};
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        call();
        for (++ready; ready < kThreads;) std::this_thread::yield();
        for (std::size_t n = 1; n < kCalls; ++n) call();
      });
    }
  }
  EXPECT_EQ(durations(HookPhase::pre).count(), kThreads * kCalls);
  EXPECT_EQ(durations(HookPhase::post).count(), kThreads * kCalls);
  ASSERT_EQ(chain_.calls().size(), 1U);
  EXPECT_EQ(chain_.calls()[0].count(CallReport::Outcome::success), kThreads * kCalls);
  EXPECT_EQ(chain_.calls()[0].durations.count(), kThreads * kCalls);
}

TEST(CallCounts, MethodsBeyondTheBoundAreCountedTogetherAndThoseOfOneNameAsOne) {
  static const std::array<std::string, kMaxCountedMethods + 6> kNames = [] {
    std::array<std::string, kMaxCountedMethods + 6> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = "m" + std::to_string(1000 + i);
    names[1] = names[0];
    return names;
  }();
  std::array<MethodDescriptor, kNames.size()> methods;
  CallCounts counts;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < methods.size(); ++i) {
      methods[i].name = kNames[i];
      counts.add(methods[i], CallReport::Outcome::success, 1000, {});
    }
  }
  const std::vector<CallStatus> calls = counts.status();
  ASSERT_EQ(calls.size(), kMaxCountedMethods);  // one name twice, and the others
  EXPECT_EQ(calls[0].method, kOtherMethods);
  EXPECT_EQ(calls[0].count(CallReport::Outcome::success), 12U);
  EXPECT_EQ(calls[0].durations.count(), 12U);
  EXPECT_EQ(calls[1].method, "m1000");
  EXPECT_EQ(calls[1].durations.sum_ns, 4000U);
  EXPECT_EQ(calls[2].method, "m1002");
  EXPECT_EQ(calls[2].durations.count(), 2U);
}

}  // namespace
}  // namespace hookwire::testing

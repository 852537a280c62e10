#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "hooks/chain_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

// Notices a call whose post did not get what its own pre returned, or got nothing.
class PairingHook final : public Hook {
 public:
  HookData pre(const Call&) override { return this; }
  void post(const Call&, Outcome&, HookData& data) override {
    ++posts;
    PairingHook** from = data.get_if<PairingHook*>();
    if (from == nullptr || *from != this) ++mismatches;
  }
  void periodic(const PeriodicData&) override {}

  std::atomic<std::uint64_t> posts{0};
  std::atomic<std::uint64_t> mismatches{0};
};

using ChainConcurrency = ChainTest;

TEST_F(ChainConcurrency, CallsSeeOneSetFromPreToPostWhileSetsAreSwitched) {
  constexpr int kSwitches = 3000;
  const auto left = std::make_shared<PairingHook>();
  const auto right = std::make_shared<PairingHook>();
  std::atomic<bool> stop{false};
  std::atomic<int> wrong_results{0};
  std::atomic<std::uint64_t> calls{0};
  std::vector<std::jthread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        if (call_add(20, 22) != 42) ++wrong_results;
        ++calls;
      }
    });
  }
  for (int i = 0; i < kSwitches; ++i) {
    switch (i % 4) {
      case 0:
        chain_.replace({{"left", "test", left, {}}});
        break;
      case 1:
        chain_.enable("left", {.periodic = true}, false);
        break;
      case 2:
        chain_.replace({{"right", "test", right, {}}, {"left", "test", left, {}}});
        break;
      default:
        chain_.replace({});
    }
  }
  chain_.replace({{"left", "test", left, {}}});
  const std::uint64_t posts_before = left->posts;
  EXPECT_TRUE(eventually([&] { return left->posts > posts_before; }));
  stop = true;
  callers.clear();

  EXPECT_EQ(wrong_results, 0);
  EXPECT_EQ(left->mismatches, 0U);
  EXPECT_EQ(right->mismatches, 0U);
  EXPECT_EQ(static_cast<std::uint64_t>(driver_.calls()), calls.load());
}

TEST_F(ChainConcurrency, CountersAddUpOverThreads) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 2000;
  chain_.replace({{"counted", "test", std::make_shared<PairingHook>(), {}}});
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kThreads; ++i) {
      callers.emplace_back([&] {
        for (int call = 0; call < kCalls; ++call) call_add(1, 1);
      });
    }
  }
  EXPECT_EQ(status_of("counted").pre_count, static_cast<std::uint64_t>(kThreads * kCalls));
  EXPECT_EQ(status_of("counted").post_count, static_cast<std::uint64_t>(kThreads * kCalls));
}

// Calls that stay in the driver until they are let go.
class ChainWithStuckCalls : public ChainTest {
 protected:
  void SetUp() override {
    driver_.on_call = [this] {
      std::unique_lock lock(mutex_);
      ++stuck_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
    };
  }
  void TearDown() override { let_go(); }

  // One more call enters the current set and stays in it.
  void enter() {
    std::unique_lock lock(mutex_);
    const int before = stuck_;
    callers_.emplace_back([this] { call_add(1, 1); });
    changed_.wait(lock, [&] { return stuck_ > before; });
  }
  void let_go() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
    callers_.clear();
  }
  // Every slot is in use: all older sets by calls, the last as the current one.
  void use_every_set() {
    add("watcher");
    install();
    for (int i = 1; i < HookChain::kMaxSets; ++i) {
      enter();
      install();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int stuck_ = 0;
  bool open_ = false;
  std::vector<std::jthread> callers_;
};

TEST_F(ChainWithStuckCalls, SwitchingEverythingOffNeedsNoSetAndNeverWaits) {
  use_every_set();
  chain_.replace({});
  EXPECT_FALSE(chain_.active());
  EXPECT_EQ(clock_.readings(), 0U);
}

TEST_F(ChainWithStuckCalls, AChangeGivesUpAfterTenSecondsAndChangesNothing) {
  use_every_set();
  hooks_.clear();
  add("late");
  auto change = std::async(std::launch::async, [this] { install(); });
  // The waiting change reads the clock, so time passes for it.
  ASSERT_TRUE(eventually([&] {
    clock_.advance(std::chrono::seconds(1));
    return change.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }));
  try {
    change.get();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
  }
  EXPECT_EQ(chain_.status().front().name, "watcher");
}

TEST_F(ChainWithStuckCalls, AChangeGoesOnWhenACallReturns) {
  use_every_set();
  hooks_.clear();
  add("late");
  auto change = std::async(std::launch::async, [this] { install(); });
  // It waits: it has looked at the clock to know when to give up.
  ASSERT_TRUE(eventually([&] { return clock_.readings() > 0; }));
  EXPECT_EQ(chain_.status().front().name, "watcher");
  let_go();
  change.get();
  EXPECT_EQ(chain_.status().front().name, "late");
}

TEST_F(ChainWithStuckCalls, AHookStillInUseIsReleasedByALaterChange) {
  add("watcher");
  const std::weak_ptr<Hook> watched = hooks_.front().hook;
  install();
  enter();
  hooks_.clear();
  chain_.replace({});
  EXPECT_FALSE(watched.expired());
  let_go();
  chain_.replace({});
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace hookwire::testing

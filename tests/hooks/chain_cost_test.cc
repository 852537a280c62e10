#include "hooks/chain_test.h"
#include "support/allocation_count.h"

namespace hookwire::testing {
namespace {

class EmptyHook final : public Hook {
 public:
  HookData pre(const Call&) override { return nullptr; }
  void post(const Call&, Outcome&, HookData&) override {}
  void periodic(const PeriodicData&) override {}
};

// Fills what HookData holds in place.
class StatefulHook final : public Hook {
 public:
  struct State {
    std::array<std::byte, HookData::kInlineBytes> bytes{};
  };
  HookData pre(const Call&) override { return State{}; }
  void post(const Call&, Outcome& outcome, HookData& data) override {
    if (data.get_if<State>() != nullptr) outcome.replace<int>(1);
  }
  void periodic(const PeriodicData&) override {}
  bool wants_durations() const noexcept override { return true; }
};

class ChainCost : public ChainTest {
 protected:
  std::uint64_t allocations_of_a_call() {
    const std::uint64_t read_before = clock_.readings();
    const std::uint64_t before = allocation_count();
    call_add(1, 2);
    const std::uint64_t allocated = allocation_count() - before;
    readings_ = clock_.readings() - read_before;
    return allocated;
  }

  std::uint64_t readings_ = 0;  // of the clock, by that call
};

TEST_F(ChainCost, TheCounterCounts) {
  const std::uint64_t before = allocation_count();
  auto memory = std::make_unique<int>(1);
  EXPECT_GT(allocation_count(), before);
}

TEST_F(ChainCost, WithoutHooksACallNeitherAllocatesNorReadsAClock) {
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(readings_, 0U);
}

TEST_F(ChainCost, EmptyHooksNeitherAllocateNorReadAClock) {
  for (std::size_t i = 0; i < kMaxHooks; ++i) {
    hooks_.push_back({std::to_string(i), "test:EmptyHook", std::make_shared<EmptyHook>(), {}});
  }
  install();
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(readings_, 0U);
}

TEST_F(ChainCost, ABreakerNeitherAllocatesNorReadsAClockWhileItIsClosed) {
  hooks_.push_back({"one",
                    "test:EmptyHook",
                    std::make_shared<EmptyHook>(),
                    {.suppress_pre_errors = true, .suppress_post_errors = true}});
  install();
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(readings_, 0U);
  EXPECT_EQ(status_of("one").breaker, BreakerState::closed);
}

TEST_F(ChainCost, TimeBudgetsDoNotAllocateAndReadTheClockOnceAStep) {
  hooks_.push_back({"one",
                    "test:EmptyHook",
                    std::make_shared<EmptyHook>(),
                    {.time_budget = std::chrono::seconds(1)}});
  chain_.replace(hooks_, std::chrono::seconds(1));
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(readings_, 4U);  // begin, pre, driver, post
}

TEST_F(ChainCost, ASkippedHookDoesNotAllocate) {
  hooks_.push_back({"one",
                    "test:EmptyHook",
                    std::make_shared<EmptyHook>(),
                    {.suppress_pre_errors = true,
                     .suppress_post_errors = true,
                     .time_budget = std::chrono::nanoseconds(1),
                     .breaker_failures = 1}});
  install();
  call_add(1, 2);
  ASSERT_EQ(status_of("one").breaker, BreakerState::open);
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(status_of("one").skip_count, 1U);
}

TEST_F(ChainCost, HooksWithStateAndDurationsDoNotAllocateAndReadTheClockOnceAStep) {
  hooks_.push_back({"one", "test:StatefulHook", std::make_shared<StatefulHook>(), {}});
  hooks_.push_back({"two", "test:StatefulHook", std::make_shared<StatefulHook>(), {}});
  install();
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(readings_, 6U);  // begin, two pre, driver, two post
}

}  // namespace
}  // namespace hookwire::testing

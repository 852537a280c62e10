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
    const std::uint64_t before = allocation_count();
    call_add(1, 2);
    return allocation_count() - before;
  }
};

TEST_F(ChainCost, TheCounterCounts) {
  const std::uint64_t before = allocation_count();
  auto memory = std::make_unique<int>(1);
  EXPECT_GT(allocation_count(), before);
}

TEST_F(ChainCost, WithoutHooksACallNeitherAllocatesNorReadsAClock) {
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(clock_.readings(), 0U);
}

TEST_F(ChainCost, EmptyHooksNeitherAllocateNorReadAClock) {
  for (std::size_t i = 0; i < kMaxHooks; ++i) {
    hooks_.push_back({std::to_string(i), "test:EmptyHook", std::make_shared<EmptyHook>(), {}});
  }
  install();
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(clock_.readings(), 0U);
}

TEST_F(ChainCost, HooksWithStateAndDurationsDoNotAllocateAndReadTheClockOnceAStep) {
  hooks_.push_back({"one", "test:StatefulHook", std::make_shared<StatefulHook>(), {}});
  hooks_.push_back({"two", "test:StatefulHook", std::make_shared<StatefulHook>(), {}});
  install();
  EXPECT_EQ(allocations_of_a_call(), 0U);
  EXPECT_EQ(clock_.readings(), 6U);  // begin, two pre, driver, two post
}

}  // namespace
}  // namespace hookwire::testing

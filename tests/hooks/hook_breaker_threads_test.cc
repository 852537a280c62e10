#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "hooks/chain_test.h"
#include "support/eventually.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using std::chrono::seconds;

class BreakerThreads : public ChainTest {
 protected:
  RecordingHook& add_flaky() {
    RecordingHook& flaky = add("flaky", {.suppress_pre_errors = true,
                                         .suppress_post_errors = true,
                                         .breaker_failures = 3,
                                         .breaker_pause = seconds(30)});
    install();
    return flaky;
  }
};

/// Many threads call at once, over and over; each pause, one of them tries.
TEST_F(BreakerThreads, ExactlyOneOfManyCallsTriesAHookAfterThePause) {
  constexpr int kThreads = 8;
  const int rounds = long_form() ? 2000 : 60;
  std::atomic<int> inside{0};
  std::atomic<std::uint64_t> tries{0};
  std::atomic<bool> hold{false};
  RecordingHook& flaky = add_flaky();
  flaky.on_pre = [&](const Call&) -> HookData {
    ++inside;
    ++tries;
    EXPECT_TRUE(eventually([&] { return !hold; }));
    --inside;
    throw std::runtime_error("broken");
  };
  for (int i = 0; i < 3; ++i) call_add(1, 1);
  std::uint64_t skipped_while_tried = 0;
  for (int round = 0; round < rounds; ++round) {
    tries = 0;
    hold = true;
    clock_.advance(seconds(30));
    std::atomic<int> returned{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < kThreads; ++i) {
      callers.emplace_back([&] {
        call_add(1, 1);
        ++returned;
      });
    }
    ASSERT_TRUE(eventually([&] { return returned == kThreads - 1; })) << "the others do not wait";
    // It was chosen, and may not be on its way yet.
    ASSERT_TRUE(eventually([&] { return inside == 1; }));
    EXPECT_EQ(status_of("flaky").breaker, BreakerState::trying);
    skipped_while_tried += static_cast<std::uint64_t>(returned);
    hold = false;
    callers.clear();
    ASSERT_EQ(tries, 1U) << "round " << round;
    ASSERT_EQ(status_of("flaky").breaker, BreakerState::open);
  }
  EXPECT_EQ(status_of("flaky").skip_count, static_cast<std::uint64_t>(rounds * (kThreads - 1)));
  report("breaker.one_try", {{"rounds", static_cast<std::uint64_t>(rounds)},
                             {"tries", static_cast<std::uint64_t>(rounds)},
                             {"skipped", skipped_while_tried}});
}

/// Failures on many threads open it once for each time that it was closed.
TEST_F(BreakerThreads, OpensAndClosesInTurnUnderManyThreads) {
  const int calls = long_form() ? 200'000 : 3000;
  std::mutex mutex;
  std::vector<bool> told;  // true: opened
  struct Turns final : BreakerListener {
    std::mutex& mutex;
    std::vector<bool>& told;
    Turns(std::mutex& m, std::vector<bool>& t) : mutex(m), told(t) {}
    void breaker_opened(const BreakerChange&) override { add(true); }
    void breaker_closed(const BreakerChange&) override { add(false); }
    void add(bool opened) {
      const std::lock_guard lock(mutex);
      told.push_back(opened);
    }
  } turns(mutex, told);
  chain_.tell_breakers(turns);
  RecordingHook& flaky = add_flaky();
  std::atomic<std::uint64_t> count{0};
  flaky.on_pre = [&](const Call&) -> HookData {
    if (++count % 16 < 8) throw std::runtime_error("broken");
    return {};
  };
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        for (int call = 0; call < calls; ++call) {
          call_add(1, 1);
          clock_.advance(seconds(10));
        }
      });
    }
  }
  const auto opened = static_cast<std::uint64_t>(std::count(told.begin(), told.end(), true));
  const auto closed = static_cast<std::uint64_t>(told.size()) - opened;
  EXPECT_GT(opened, 0U);
  EXPECT_EQ(opened - closed, status_of("flaky").breaker == BreakerState::closed ? 0U : 1U);
  const HookStatus status = status_of("flaky");
  EXPECT_EQ(status.pre_count + status.skip_count, static_cast<std::uint64_t>(4 * calls));
  report("breaker.turns", {{"opened", opened}, {"closed", closed}, {"skipped", status.skip_count}});
}

}  // namespace
}  // namespace hookwire::testing

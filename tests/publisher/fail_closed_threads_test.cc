#include <latch>
#include <thread>

#include "fail_closed_test.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using FailClosedThreads = FailClosedOnAFullDisk;

TEST_F(FailClosedThreads, EveryCallThatWasAcceptedHasItsEndThoughTheDiskFillsUpMeanwhile) {
  constexpr int kThreads = 8;
  const int rounds = long_form() ? 300 : 5;
  open_closed();
  const std::thread::id filler = std::this_thread::get_id();
  std::uint64_t accepted_calls = 0;
  for (int round = 0; round < rounds; ++round) {
    std::latch inside(kThreads);
    std::latch go_on(1);
    store_.on_call = [&] {
      ++driver_runs_;
      if (std::this_thread::get_id() == filler) return;
      inside.count_down();
      go_on.wait();
    };
    std::vector<Answer> answers(kThreads);
    std::vector<std::thread> threads;
    for (Answer& answer : answers) {
      threads.emplace_back([&] {
        // On a loaded machine a segment may be late.
        do answer = call("s-" + std::string(10'000, 'x'));
        while (answer.outcome == CallReport::Outcome::vetoed);
      });
    }
    inside.wait();
    const int refused_segments = disk_.refused;
    fill_up();
    EXPECT_FALSE(accepted());
    EXPECT_GT(disk_.refused, refused_segments) << "the disk was to be full";
    go_on.count_down();
    for (std::thread& thread : threads) thread.join();
    ASSERT_TRUE(disk_.full);
    for (const Answer& answer : answers) {
      EXPECT_EQ(answer.outcome, CallReport::Outcome::success) << answer.error;
      if (answer.outcome == CallReport::Outcome::success) ++accepted_calls;
    }
    store_.on_call = [this] { ++driver_runs_; };
    recover();
  }
  const auto held = static_cast<std::uint64_t>(kThreads * rounds);
  EXPECT_EQ(accepted_calls, held);
  expect_each_call_has_one_end();
  EXPECT_EQ(static_cast<std::size_t>(driver_runs_), counted().size());
  EXPECT_TRUE(eventually([&] { return accepted() && told_in_gaps("count") == lost(); }));
  report("fail_closed_full_disk", {{"calls_held", held},
                                   {"segments_refused", static_cast<std::uint64_t>(disk_.refused)},
                                   {"calls_refused", refused()},
                                   {"lost_ends", held - accepted_calls}});
}

TEST_F(FailClosedThreads, UnderAnyInterleavingADriverThatRanHasBothEvents) {
  open_closed();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int n = 0; n < 6; ++n) {
    threads.emplace_back([&] {
      while (!stop) EXPECT_NE(call().outcome, CallReport::Outcome::post_hook_failed);
    });
  }
  for (int round = 0; round < 4; ++round) {
    const std::uint64_t before = refused();
    disk_.full = true;
    EXPECT_TRUE(eventually([&] { return refused() > before + 50; }));
    const int runs = driver_runs_;
    disk_.full = false;
    EXPECT_TRUE(eventually([&] { return driver_runs_ > runs + 100; }));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(disk_.refused, 0);
  expect_each_call_has_one_end();
  EXPECT_EQ(static_cast<std::size_t>(driver_runs_), counted().size());
  EXPECT_TRUE(eventually([&] { return accepted() && told_in_gaps("count") == lost(); }));
  EXPECT_EQ(told_in_gaps("refused"), refused());
}

// One thread at a time waits for a segment; in turn these would wait for an hour.
TEST_F(FailClosedThreads, ThatAreRefusedDoNotWaitInTurn) {
  append_wait_ = std::chrono::seconds(2);
  open_closed();
  disk_.full = true;
  ASSERT_TRUE(eventually([&] { return !accepted(); }));
  constexpr std::uint64_t kRefusals = 2000;
  std::vector<std::thread> threads;
  std::atomic<bool> stop{false};
  for (int n = 0; n < 8; ++n) {
    threads.emplace_back([&] {
      while (!stop) EXPECT_FALSE(accepted());
    });
  }
  EXPECT_TRUE(eventually([&] { return refused() >= kRefusals; }));
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hookwire::testing

#include "replay_pace.h"

#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::uint64_t kChunk = 64 * 1024;
constexpr std::int64_t kInTime = 0;
constexpr std::int64_t kLate = ReplayPace::kLateNs + 1;

/// What `pace` lets through in `ms` milliseconds when it is looked at once in each, and appends
/// `added` bytes in each.
double sent_in(ReplayPace& pace, std::int64_t& now_ns, int ms, std::uint64_t added = 0) {
  std::uint64_t sent = 0;
  for (int n = 0; n < ms; ++n) {
    now_ns += kMs;
    pace.add(added);
    while (pace.is_open(now_ns)) {
      pace.spend(kChunk);
      sent += kChunk;
    }
  }
  return static_cast<double>(sent);
}

TEST(ReplayPaceTest, LetsTheLeastRateThroughHoweverLateTheRelayIs) {
  ReplayPace pace;
  std::int64_t now_ns = 0;
  for (int n = 0; n < 10'000; ++n) pace.came(kLate);
  EXPECT_EQ(pace.rate(), ReplayPace::kLeast);
  EXPECT_NEAR(sent_in(pace, now_ns, 1000), ReplayPace::kLeast, 4 * kChunk);
}

TEST(ReplayPaceTest, WhatIsAppendedMeanwhileComesOnTopSoThatTheDistanceShrinks) {
  ReplayPace pace;
  std::int64_t now_ns = 0;
  constexpr std::uint64_t kAdded = 100'000;
  EXPECT_NEAR(sent_in(pace, now_ns, 1000, kAdded), ReplayPace::kLeast + 1000.0 * kAdded,
              4 * kChunk);
}

TEST(ReplayPaceTest, GoesAsFastAsItMayWhileTheRelayIsInTime) {
  ReplayPace pace;
  for (int n = 0; n < 20'000; ++n) pace.came(kInTime);
  EXPECT_EQ(pace.rate(), ReplayPace::kMost);
}

TEST(ReplayPaceTest, IsSlowAgainAfterALatenessOfAMoment) {
  ReplayPace pace;
  for (int n = 0; n < 20'000; ++n) pace.came(kInTime);
  for (int n = 0; n < 50; ++n) pace.came(kLate);
  EXPECT_LT(pace.rate(), ReplayPace::kMost / 100);
}

TEST(ReplayPaceTest, SettlesWhereOneInTwoHundredIsLate) {
  const auto rate_when_one_is_late_in = [](int every) {
    ReplayPace pace;
    for (int n = 0; n < 1'000; ++n) pace.came(kInTime);  // in between, at first
    for (int n = 0; n < 200'000; ++n) pace.came(n % every == 0 ? kLate : kInTime);
    return pace.rate();
  };
  EXPECT_LT(rate_when_one_is_late_in(150), ReplayPace::kLeast * 1.2);
  EXPECT_GT(rate_when_one_is_late_in(280), ReplayPace::kMost / 1.2);
}

TEST(ReplayPaceTest, KeepsLittleOfWhatWasNotUsed) {
  ReplayPace pace;
  std::int64_t now_ns = 0;
  sent_in(pace, now_ns, 10);
  now_ns += 3600 * 1000 * kMs;
  EXPECT_LE(sent_in(pace, now_ns, 1), ReplayPace::kLeast * ReplayPace::kKeptNs / 1e9 + 2 * kChunk);
}

TEST(ReplayPaceTest, TimeThatPassedOpensItForOneChunkAndNotForABurst) {
  ReplayPace pace;
  ASSERT_TRUE(pace.is_open(kMs));
  pace.spend(kChunk);
  const std::int64_t later_ns = 3600 * 1000 * kMs;
  ASSERT_TRUE(pace.is_open(later_ns));
  pace.spend(kChunk);
  EXPECT_FALSE(pace.is_open(later_ns));
}

TEST(ReplayPaceTest, WhatOneAppendAddsForThirtyTwoIsNotCutByTheNextLook) {
  ReplayPace pace;
  std::int64_t now_ns = 0;
  sent_in(pace, now_ns, 10);
  constexpr std::uint64_t kAppended = 32 * kChunk;
  EXPECT_GE(sent_in(pace, now_ns, 1, kAppended), kAppended - 2.0 * kChunk);
}

TEST(ReplayPaceTest, SaysWhenItIsOpenAgain) {
  ReplayPace pace;
  std::int64_t now_ns = kMs;
  while (pace.is_open(now_ns)) pace.spend(kChunk);
  EXPECT_FALSE(pace.is_open(pace.due_ns() - 100'000));
  EXPECT_TRUE(pace.is_open(pace.due_ns() + 1));
}

}  // namespace
}  // namespace hookwire::testing

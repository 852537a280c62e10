#include "backoff.h"

#include <gtest/gtest.h>

namespace hookwire {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DrawsEachPauseBetweenHalfAndTheWholeOfADoublingTime) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Backoff backoff(50ms, 5s, seed);
    std::int64_t whole = 50'000'000;
    for (int n = 0; n < 12; ++n) {
      const std::int64_t pause = backoff.next_ns();
      EXPECT_GE(pause, whole / 2) << "seed " << seed << " attempt " << n;
      EXPECT_LE(pause, whole) << "seed " << seed << " attempt " << n;
      whole = std::min<std::int64_t>(whole * 2, 5'000'000'000);
    }
  }
}

TEST(Backoff, BeginsAgainAfterAReset) {
  Backoff backoff(50ms, 5s, 3);
  for (int n = 0; n < 8; ++n) backoff.next_ns();

  backoff.reset();

  EXPECT_LE(backoff.next_ns(), 50'000'000);
}

TEST(Backoff, DrawsDifferentPausesForDifferentSeeds) {
  Backoff one(1s, 1s, 1);
  Backoff other(1s, 1s, 2);
  EXPECT_NE(one.next_ns(), other.next_ns());
}

}  // namespace
}  // namespace hookwire

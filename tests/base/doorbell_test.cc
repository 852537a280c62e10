#include "hookwire/base/doorbell.h"

#include <poll.h>

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace hookwire {
namespace {

bool rung(const Doorbell& bell, int milliseconds) {
  pollfd waiting{bell.fd(), POLLIN, 0};
  return ::poll(&waiting, 1, milliseconds) == 1;
}

TEST(Doorbell, IsSilentWhileItsListenerIsAwake) {
  Doorbell bell;
  bell.ring();
  EXPECT_FALSE(rung(bell, 0));
}

TEST(Doorbell, WakesAListenerThatSleeps) {
  Doorbell bell;
  bell.prepare();
  bell.ring();
  EXPECT_TRUE(rung(bell, 0));
  bell.awake();
  EXPECT_FALSE(rung(bell, 0));
}

TEST(Doorbell, LosesNoWorkBetweenLookingAndSleeping) {
  Doorbell bell;
  std::atomic<int> published{0};
  constexpr int kItems = 20'000;
  std::thread ringer([&] {
    for (int i = 0; i < kItems; ++i) {
      published.fetch_add(1, std::memory_order_relaxed);
      bell.ring();
    }
  });
  int seen = 0;
  bool stuck = false;
  while (seen < kItems && !stuck) {
    bell.prepare();
    if (published.load(std::memory_order_relaxed) == seen) stuck = !rung(bell, 10'000);
    bell.awake();
    seen = published.load(std::memory_order_relaxed);
  }
  ringer.join();
  EXPECT_FALSE(stuck) << "slept although " << published - seen << " items were published";
}

}  // namespace
}  // namespace hookwire

#include "program_slots.h"

#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(ProgramSlots, BeyondTheirNumberThereIsNoneUntilTheDeadline) {
  ProgramSlots slots(2);
  auto first = slots.acquire(steady_clock::now());
  const auto second = slots.acquire(steady_clock::now());
  ASSERT_TRUE(first && second);
  const auto deadline = steady_clock::now() + milliseconds(30);
  EXPECT_FALSE(slots.acquire(deadline));
  EXPECT_GE(steady_clock::now(), deadline);
  first.reset();
  EXPECT_TRUE(slots.acquire(steady_clock::now()));
}

TEST(ProgramSlots, OneThatComesFreeIsTakenByWhoeverWaits) {
  ProgramSlots slots(1);
  auto taken = slots.acquire(steady_clock::now());
  bool got = false;
  std::thread waiting(
      [&] { got = slots.acquire(steady_clock::now() + std::chrono::seconds(60)).has_value(); });
  taken.reset();
  waiting.join();
  EXPECT_TRUE(got);
}

}  // namespace
}  // namespace hookwire::testing

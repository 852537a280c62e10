#include <regex>

#include "examples_test.h"

namespace hookwire::testing {
namespace {

using OwnHookTest = ExamplesTest;

TEST_F(OwnHookTest, CountsItsCallsAndAddsUpTheirTimes) {
  const Ended ended = run_example("own_hook", {});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  ASSERT_EQ(ended.output.size(), 2U);
  EXPECT_EQ(ended.output[0], "open: wrong code");
  std::smatch found;
  const std::regex sum("open: 3 calls, 1 failed, ([0-9]+) us in all");
  ASSERT_TRUE(std::regex_match(ended.output[1], found, sum)) << ended.output[1];
  // Each call takes two milliseconds at least.
  EXPECT_GE(std::stol(found[1]), 6000);
}

}  // namespace
}  // namespace hookwire::testing

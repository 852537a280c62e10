#include "examples_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

using SizeVetoHookTest = ExamplesTest;

TEST_F(SizeVetoHookTest, RefusesWhatIsTooLargeBeforeTheDriverSeesIt) {
  const Ended ended = run_example("size_veto_hook", {in_folder("shares")});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  EXPECT_THAT(ended.output,
              ElementsAre("create small: done", "create large: refused, 4000 GB are too much",
                          "extend small to 500 GB: refused, 500 GB are too much",
                          "extend small to 100 GB: done", "there is small of 100 GB"));
}

TEST_F(SizeVetoHookTest, LeavesNothingInTheWayOfItsNextRun) {
  for (int run = 0; run < 2; ++run) {
    const Ended ended = run_example("size_veto_hook", {in_folder("shares")});
    EXPECT_EQ(ended.code, 0) << ended.messages;
  }
}

}  // namespace
}  // namespace hookwire::testing

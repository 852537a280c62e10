#include "size_veto_hook.h"

#include "hookwire/share/hooked_share_driver.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/event_recorder.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/scripted_share_driver.h"

#include "examples_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

// The hook alone, before a driver that does nothing.
class SizeVeto : public ::testing::Test {
 protected:
  SizeVeto() { chain_.replace({recorder_.instance(), {"size", "", hook_, {}}}); }

  FakeClock clock_;
  CapturingLog log_;
  EventRecorder recorder_;
  std::shared_ptr<Hook> hook_ = std::make_shared<SizeVetoHook>(100);
  ScriptedShareDriver driver_;
  HookChain chain_{clock_, log_};
  HookedShareDriver shares_{driver_, chain_};
  const Context context_;
};

TEST_F(SizeVeto, LetsPassWhatIsSmallEnough) {
  shares_.create_share_instance(context_, "s-1", 100, "NFS");
  shares_.extend_share(context_, "s-1", 100);
  EXPECT_THAT(driver_.calls(), ElementsAre("create_share_instance", "extend_share"));
}

TEST_F(SizeVeto, TheDriverNeverSeesWhatIsRefused) {
  EXPECT_THROW(shares_.create_share_instance(context_, "s-1", 101, "NFS"), TooLarge);
  EXPECT_THROW(shares_.extend_share(context_, "s-1", 101), TooLarge);
  EXPECT_THAT(driver_.calls(), ElementsAre());
}

TEST_F(SizeVeto, TheEventSaysWhoRefusedAndWhy) {
  EXPECT_THROW(shares_.create_share_instance(context_, "s-1", 101, "NFS"), TooLarge);
  const Event end = recorder_.events().back();
  EXPECT_EQ(end.outcome, "vetoed");
  EXPECT_EQ(end.error->type, "TooLarge");
  EXPECT_EQ(end.error->message, "101 GB are too much");
  EXPECT_THAT(hook_runs(end), ElementsAre("notify pre ok", "size pre vetoed"));
}

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

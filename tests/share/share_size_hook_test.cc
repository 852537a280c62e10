#include "hookwire/share/share_size_hook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/share/hooked_share_driver.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/event_recorder.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/make_hook.h"
#include "hookwire/testing/scripted_share_driver.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

class SizeHook : public ::testing::Test {
 protected:
  std::shared_ptr<Hook> make(const std::string& options) {
    return make_hook(make_share_size_hook, options, clock_, log_);
  }

  FakeClock clock_;
  CapturingLog log_;
  EventRecorder recorder_;
  ScriptedShareDriver driver_;
  HookChain chain_{clock_, log_};
  HookedShareDriver shares_{driver_, chain_};
  const Context context_;
};

TEST_F(SizeHook, SharesUpToTheSizeAreMadeAndLargerOnesRefused) {
  chain_.replace({recorder_.instance(), {.name = "size", .hook = make("max_share_size_gb = 10")}});
  shares_.create_share_instance(context_, "s-1", 9, "NFS");
  shares_.extend_share(context_, "s-1", 10);
  shares_.shrink_share(context_, "s-1", 1);
  EXPECT_THROW(shares_.extend_share(context_, "s-1", 11), ShareError);
  shares_.manage_share(context_, "s-2", 10, "NFS", "old");
  EXPECT_THROW(shares_.create_share_instance(context_, "s-3", 11, "NFS"), ShareError);
  EXPECT_THROW(shares_.manage_share(context_, "s-3", 11, "NFS", "older"), ShareError);
  EXPECT_THAT(driver_.calls(),
              ElementsAre("create_share_instance", "extend_share", "shrink_share", "manage_share"));
}

TEST_F(SizeHook, TheEventOfARefusalSaysWhoRefusedAndWhy) {
  chain_.replace({recorder_.instance(), {.name = "size", .hook = make("max_share_size_gb = 10")}});
  EXPECT_THROW(shares_.create_share_instance(context_, "s-2", 11, "NFS"), ShareError);
  const auto events = recorder_.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].topic, "failure/create_share_instance/host@backend");
  EXPECT_EQ(events[1].outcome, "vetoed");
  EXPECT_EQ(events[1].error->type, "ShareTooLarge");
  EXPECT_EQ(events[1].resource->id, "s-2");
  EXPECT_THAT(hook_runs(events[1]), ElementsAre("notify pre ok", "size pre vetoed"));
}

TEST_F(SizeHook, TheSizeMustBeGivenAndPositive) {
  EXPECT_THROW(make(""), Error);
  EXPECT_THROW(make("max_share_size_gb = 0"), Error);
  EXPECT_THROW(make("max_share_size_gb = many"), Error);
}

}  // namespace
}  // namespace hookwire::testing

#include "hookwire/testing/make_hook.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/recording_hook.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MakeHook : public ::testing::Test {
 protected:
  std::string refusal(const std::function<void()>& attempt) {
    try {
      attempt();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::configuration);
      return error.what();
    }
    return "(accepted)";
  }
  std::shared_ptr<Hook> make(std::string_view options) {
    return make_hook(
        [this](const HookSetup& setup) {
          seen_ = setup.name + " of " + setup.publisher + ": " +
                  std::to_string(setup.options.integer("size", 1, 0, 10));
          return std::make_shared<RecordingHook>(setup.name, steps_);
        },
        options, clock_, log_);
  }

  FakeClock clock_;
  CapturingLog log_;
  Steps steps_;
  std::string seen_;
};

TEST_F(MakeHook, TheHookReadsItsOptionsFromText) {
  EXPECT_NE(make("# a comment\nsize = 7\n"), nullptr);
  EXPECT_EQ(seen_, "hook of host@backend: 7");
  EXPECT_NE(make(""), nullptr);
  EXPECT_EQ(seen_, "hook of host@backend: 1");
}

TEST_F(MakeHook, ABadOptionIsRefusedAsByConfigCheck) {
  EXPECT_THAT(refusal([&] { make("size = 11"); }), AllOf(HasSubstr("options:2"), HasSubstr("11")));
  EXPECT_THAT(refusal([&] { make("siez = 1"); }), AllOf(HasSubstr("siez"), HasSubstr("size")));
}

TEST_F(MakeHook, AHookOfASharedLibraryIsLoaded) {
  EXPECT_NE(load_hook(QUOTA_PLUGIN, "QuotaHook", "", clock_, log_), nullptr);
}

TEST_F(MakeHook, ALibraryThatCannotBeUsedIsRefusedAsByTheHost) {
  EXPECT_THAT(refusal([&] { load_hook("./no/such.so", "QuotaHook", "", clock_, log_); }),
              HasSubstr("cannot be found"));
  EXPECT_THAT(refusal([&] { load_hook(QUOTA_PLUGIN, "NoSuchHook", "", clock_, log_); }),
              HasSubstr("no hook class 'NoSuchHook'"));
}

}  // namespace
}  // namespace hookwire::testing

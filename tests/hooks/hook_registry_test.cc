#include "hookwire/hooks/hook_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/recording_hook.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Registry : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_.add("test:RecordingHook", [this](const HookSetup& setup) {
      made_.push_back(setup.name + " for " + setup.publisher + " with " +
                      setup.options.text("colour").value_or("none"));
      return std::make_shared<RecordingHook>(setup.name, steps_);
    });
    registry_.add("test:Broken", [](const HookSetup& setup) -> std::shared_ptr<Hook> {
      if (setup.options.boolean("plainly", true)) throw std::runtime_error("no such luck");
      setup.options.fail("plainly", "must be true");
    });
  }

  std::vector<HookInstance> make_chain(const std::string& text) {
    file_ = ConfigFile::parse(text, "/etc/hw.conf");
    return registry_.make_chain(Options(file_, {"gold"}), "gold", "nas01@gold", clock_, log_);
  }
  std::string refusal(const std::string& text) {
    try {
      make_chain(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::configuration);
      return error.what();
    }
    return "(accepted)";
  }

  FakeClock clock_;
  CapturingLog log_;
  Steps steps_;
  std::vector<std::string> made_;
  ConfigFile file_;
  HookRegistry registry_ = HookRegistry::with_built_in_hooks();
};

TEST_F(Registry, AChainIsMadeInTheOrderListed) {
  const auto chain = make_chain(
      "[gold]\nhook_drivers = b=test:RecordingHook, a=test:RecordingHook, hookwire:LogHook\n");
  ASSERT_EQ(chain.size(), 3U);
  EXPECT_EQ(chain[0].name, "b");
  EXPECT_EQ(chain[0].class_name, "test:RecordingHook");
  EXPECT_EQ(chain[1].name, "a");
  EXPECT_EQ(chain[2].name, "LogHook");
  EXPECT_NE(chain[2].hook, nullptr);
}

TEST_F(Registry, WithoutHookDriversThereAreNoHooks) {
  EXPECT_TRUE(make_chain("[gold]\n").empty());
}

TEST_F(Registry, AnInstanceReadsItsOwnGroupThenTheBackends) {
  make_chain(
      "[gold]\nhook_drivers = a=test:RecordingHook, b=test:RecordingHook\ncolour = red\n"
      "[gold:b]\ncolour = blue\n");
  EXPECT_THAT(made_,
              ::testing::ElementsAre("a for nas01@gold with red", "b for nas01@gold with blue"));
}

TEST_F(Registry, SwitchesComeFromTheBackendAndAreOverriddenPerInstance) {
  const auto chain = make_chain(
      "[gold]\nhook_drivers = a=test:RecordingHook, b=test:RecordingHook\n"
      "enable_post_hooks = false\nsuppress_pre_hooks_errors = true\n"
      "[gold:b]\nenable_pre_hooks = false\nenable_post_hooks = true\n"
      "enable_periodic_hooks = false\nsuppress_pre_hooks_errors = false\n"
      "suppress_post_hooks_errors = true\nperiodic_hooks_interval = 2m\n");
  const HookSwitches& a = chain.at(0).switches;
  EXPECT_TRUE(a.pre && !a.post && a.periodic && a.suppress_pre_errors && !a.suppress_post_errors);
  EXPECT_EQ(a.periodic_interval, 300s);
  const HookSwitches& b = chain.at(1).switches;
  EXPECT_TRUE(!b.pre && b.post && !b.periodic && !b.suppress_pre_errors && b.suppress_post_errors);
  EXPECT_EQ(b.periodic_interval, 120s);
}

TEST_F(Registry, EveryOptionReadIsKnownAfterwards) {
  const std::string text =
      "[gold]\nhook_drivers = a=test:RecordingHook\ncolour = red\n[gold:a]\nenable_pre_hook = 1\n";
  file_ = ConfigFile::parse(text, "/etc/hw.conf");
  const Options options(file_, {"gold"});
  registry_.make_chain(options, "gold", "nas01@gold", clock_, log_);
  EXPECT_NO_THROW(options.check_unknown({"gold"}));
  try {
    options.check_unknown({"gold:a"});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'enable_pre_hooks'?"));
  }
}

TEST_F(Registry, TwoInstancesOfOneNameAreRefusedWithTheWayOut) {
  EXPECT_THAT(refusal("[gold]\nhook_drivers = test:RecordingHook, test:RecordingHook\n"),
              AllOf(HasSubstr("/etc/hw.conf:2: [gold] hook_drivers: two hooks are called"),
                    HasSubstr("give one a name of its own")));
}

TEST_F(Registry, AnUnknownClassIsRefusedAndTheKnownOnesAreNamed) {
  EXPECT_THAT(refusal("[gold]\nhook_drivers = hookwire:LogHok\n"),
              AllOf(HasSubstr("/etc/hw.conf:2: [gold] hook_drivers: no hook class"),
                    HasSubstr("did you mean 'hookwire:LogHook'?"), HasSubstr("test:Broken")));
}

TEST_F(Registry, AMalformedItemIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal("[gold]\nhook_drivers = LogHook\n"),
              AllOf(HasSubstr("/etc/hw.conf:2: [gold] hook_drivers: 'LogHook'"),
                    HasSubstr("expected [NAME=]WHERE:CLASS")));
}

TEST_F(Registry, AGroupForAnInstanceThatDoesNotExistIsRefused) {
  EXPECT_THAT(refusal("[gold]\nhook_drivers = a=test:RecordingHook\n[gold:b]\n[silver:c]\n"),
              AllOf(HasSubstr("/etc/hw.conf:3: [gold:b]"), HasSubstr("there are: a")));
}

TEST_F(Registry, WhatAFactoryRaisesNamesTheInstanceAndThePlace) {
  EXPECT_THAT(refusal("[gold]\nhook_drivers = x=test:Broken\n"),
              HasSubstr("/etc/hw.conf:2: [gold] hook_drivers: hook 'x' could not be made: "
                        "runtime_error: no such luck"));
  EXPECT_EQ(refusal("[gold]\nhook_drivers = x=test:Broken\nplainly = false\n"),
            "/etc/hw.conf:3: [gold] plainly: must be true");
}

TEST_F(Registry, ABadSwitchIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal("[gold]\nhook_drivers = a=test:RecordingHook\n[gold:a]\n"
                      "enable_pre_hooks = maybe\n"),
              HasSubstr("/etc/hw.conf:4: [gold:a] enable_pre_hooks: found 'maybe'"));
}

TEST_F(Registry, MoreHooksThanAChainHoldsAreRefused) {
  std::string list;
  for (std::size_t i = 0; i <= kMaxHooks; ++i) {
    list += "h" + std::to_string(i) + "=test:RecordingHook,";
  }
  EXPECT_THAT(refusal("[gold]\nhook_drivers = " + list + "\n"),
              HasSubstr("lists 33 hooks, expected 32 at most"));
}

TEST_F(Registry, AClassIsRegisteredOnce) {
  EXPECT_THROW(registry_.add("hookwire:LogHook", {}), Error);
}

}  // namespace
}  // namespace hookwire::testing

// What the tests of OpenStack Manila's base class of hooks promise, promised here: a case for each
// of them, under its name. docs/manila.md says what differs. Whether the caller gives a context is
// asked where theirs ask it.
#include <stdexcept>
#include <type_traits>

#include "hookwire/hooks/hook_registry.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr HookSwitches kAllSuppressed{.suppress_pre_errors = true, .suppress_post_errors = true};

class FakeException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class HookBase : public ChainTest {
 protected:
  std::vector<HookInstance> make_chain(const std::string& text) {
    HookRegistry registry;
    registry.add("fake:FakeHook", [this](const HookSetup& setup) {
      publisher_ = setup.publisher;
      colour_ = setup.options.text("colour").value_or("none");
      return std::make_shared<RecordingHook>(setup.name, steps_);
    });
    const ConfigFile file = ConfigFile::parse(text, "/etc/hw.conf");
    return registry.make_chain(Options(file, {"gold"}), "gold", "fake_host@gold", clock_, log_);
  }
  std::vector<HookOutcome> outcomes_seen_by(RecordingHook& witness,
                                            const std::function<void()>& run) {
    std::vector<HookOutcome> outcomes;
    witness.on_post = [&](const Call& call, Outcome&, HookData&) {
      for (const HookRun& ran : call.hook_runs()) outcomes.push_back(ran.outcome);
    };
    run();
    return outcomes;
  }

  std::string publisher_;
  std::string colour_;
};

TEST_F(HookBase, InstantiateHookFail) {
  static_assert(std::is_abstract_v<Hook>, "pre, post and periodic are a hook's own to write");
  try {
    make_chain("[gold]\nhook_drivers = fake:HookBase\n");
    FAIL() << "a class that is no hook was made";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/etc/hw.conf:2: [gold] hook_drivers"));
    EXPECT_THAT(error.what(), HasSubstr("fake:HookBase"));
  }
}

TEST_F(HookBase, ExecutePreHookDisabled) {
  add("fake", {.pre = false}).on_pre = [](const Call&) -> HookData {
    throw FakeException("I am not to be raised");
  };
  bool empty = false;
  add("fake data", {.pre = false}).on_post = [&](const Call&, Outcome&, HookData& data) {
    empty = data.empty();
  };
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_THAT(steps_.all(), ElementsAre("post fake data", "post fake"));
  EXPECT_TRUE(empty) << "a pre that does not run returns nothing";
}

TEST_F(HookBase, ExecutePreHookExceptionWithSuppression) {
  RecordingHook& hook = add("fake", kAllSuppressed);
  hook.on_pre = [](const Call&) -> HookData { throw FakeException("to be suppressed"); };
  std::string type;
  hook.on_post = [&](const Call&, Outcome&, HookData& data) {
    type = describe_exception(data.suppressed_error()).type;
  };
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_EQ(type, "FakeException") << "the exception is what pre returned";
  EXPECT_THAT(steps_.all(), ElementsAre("pre fake", "post fake"));
  EXPECT_TRUE(log_.contains("hook fake raised in pre of add: FakeException: to be suppressed"));
}

TEST_F(HookBase, ExecutePreHookExceptionWithoutSuppression) {
  add("fake").on_pre = [](const Call&) -> HookData { throw FakeException("not suppressed"); };
  install();
  EXPECT_THROW(call_add(2, 3), FakeException);
  EXPECT_EQ(driver_.calls(), 0);
  EXPECT_THAT(steps_.all(), ElementsAre("pre fake"));
  EXPECT_THAT(log_.lines(), IsEmpty()) << "the caller has it, the log need not";
}

TEST_F(HookBase, ExecutePostHookDisabled) {
  add("fake", {.post = false}).on_post = [](const Call&, Outcome&, HookData&) {
    throw FakeException("I am not to be raised");
  };
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_THAT(steps_.all(), ElementsAre("pre fake"));
}

TEST_F(HookBase, ExecutePostHookExceptionWithSuppression) {
  RecordingHook& witness = add("witness");
  add("fake", kAllSuppressed).on_post = [](const Call&, Outcome&, HookData&) {
    throw FakeException("to be suppressed");
  };
  install();
  EXPECT_THAT(outcomes_seen_by(witness, [&] { EXPECT_EQ(call_add(2, 3), 5); }),
              ElementsAre(HookOutcome::ok, HookOutcome::ok, HookOutcome::suppressed));
  EXPECT_TRUE(log_.contains("hook fake raised in post of add: FakeException: to be suppressed"));
}

TEST_F(HookBase, ExecutePostHookExceptionWithoutSuppression) {
  add("fake").on_post = [](const Call&, Outcome&, HookData&) {
    throw FakeException("not suppressed");
  };
  install();
  try {
    call_add(2, 3);
    FAIL() << "nothing was thrown";
  } catch (const PostHookError& error) {
    EXPECT_THROW(std::rethrow_exception(error.cause()), FakeException);
    EXPECT_EQ(error.result().get<int>(), 5) << "the driver had succeeded";
  }
  EXPECT_THAT(steps_.all(), ElementsAre("pre fake", "post fake"));
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(HookBase, ExecutePeriodicHookDisabled) {
  add("fake", {.periodic = false, .periodic_interval = std::chrono::seconds(1)});
  install();
  EXPECT_EQ(chain_.run_periodic({.tick = 1}, 0, std::chrono::seconds(1)), 0U);
  EXPECT_THAT(steps_.all(), IsEmpty());
}

enum class Given { yes, no };
void PrintTo(Given given, std::ostream* out) {
  *out << (given == Given::yes ? "given" : "not given");
}

// Theirs that run twice: with what the caller gives, and without.
class HookBaseGiven : public HookBase, public ::testing::WithParamInterface<Given> {
 protected:
  bool given() const { return GetParam() == Given::yes; }
  int call() {
    return given() ? hooked_.call<&ScriptedDriver::add>(context_, 2, 3)
                   : hooked_.call<&ScriptedDriver::add>(2, 3);
  }
  void expect_context(const Context& seen) const {
    EXPECT_EQ(&seen, given() ? &context_ : &chain_.default_context());
    if (!given()) {
      EXPECT_THAT(seen.roles, ElementsAre("admin"));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Manila, HookBaseGiven, ::testing::Values(Given::yes, Given::no),
                         [](const ::testing::TestParamInfo<Given>& given) {
                           return given.param == Given::yes ? "Given" : "NotGiven";
                         });

TEST_P(HookBaseGiven, InstantiateHookSuccessfullyAndSetConfiguration) {
  const auto chain =
      make_chain(given() ? "[gold]\nhook_drivers = fake:FakeHook\ncolour = red\n"
                           "enable_pre_hooks = false\nenable_post_hooks = false\n"
                           "enable_periodic_hooks = false\nsuppress_pre_hooks_errors = true\n"
                           "suppress_post_hooks_errors = true\nperiodic_hooks_interval = 7\n"
                         : "[gold]\nhook_drivers = fake:FakeHook\n");
  ASSERT_EQ(chain.size(), 1U);
  EXPECT_EQ(publisher_, "fake_host@gold");
  EXPECT_EQ(colour_, given() ? "red" : "none");
  const HookSwitches& switches = chain.front().switches;
  EXPECT_EQ(switches.pre, !given()) << "listed means enabled";
  EXPECT_EQ(switches.post, !given());
  EXPECT_EQ(switches.periodic, !given());
  EXPECT_EQ(switches.suppress_pre_errors, given());
  EXPECT_EQ(switches.suppress_post_errors, given());
  EXPECT_EQ(switches.periodic_interval, std::chrono::seconds(given() ? 7 : 300));
}

TEST_P(HookBaseGiven, ExecutePreHookSuccess) {
  RecordingHook& hook = add("fake", kAllSuppressed);
  hook.on_pre = [&](const Call& call) {
    EXPECT_EQ(call.method(), "add");
    EXPECT_EQ(call.arg<int>("a"), 2);
    EXPECT_EQ(call.arg<int>("b"), 3);
    expect_context(call.context());
    return std::string("what pre returned");
  };
  std::string data_seen;
  hook.on_post = [&](const Call&, Outcome&, HookData& data) {
    data_seen = *data.get_if<std::string>();
  };
  install();
  EXPECT_EQ(call(), 5);
  EXPECT_EQ(data_seen, "what pre returned");
  EXPECT_EQ(status_of("fake").pre_count, 1U);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_P(HookBaseGiven, ExecutePostHookSuccess) {
  RecordingHook& witness = add("witness", kAllSuppressed);
  RecordingHook& hook = add("fake", kAllSuppressed);
  hook.on_pre = [](const Call&) { return std::string("some pre data"); };
  hook.on_post = [&](const Call& call, Outcome& outcome, HookData& data) {
    EXPECT_EQ(call.method(), "add");
    EXPECT_EQ(call.arg<int>("a"), 2);
    expect_context(call.context());
    EXPECT_EQ(*data.get_if<std::string>(), "some pre data");
    EXPECT_EQ(outcome.result<int>(), 5);
  };
  install();
  EXPECT_THAT(outcomes_seen_by(witness, [&] { EXPECT_EQ(call(), 5); }),
              ElementsAre(HookOutcome::ok, HookOutcome::ok, HookOutcome::ok));
  EXPECT_EQ(status_of("fake").post_count, 1U);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_P(HookBaseGiven, ExecutePeriodicHookEnabled) {
  const int data = 42;
  add("fake", {.periodic_interval = std::chrono::seconds(1)}).on_periodic =
      [&](const PeriodicData& seen) {
        EXPECT_EQ(seen.data.get<int>(), 42);
        ASSERT_NE(seen.context, nullptr);
        expect_context(*seen.context);
      };
  install();
  const PeriodicData given_data{
      .tick = 1, .data = ValueRef::to(data), .context = given() ? &context_ : nullptr};
  EXPECT_EQ(chain_.run_periodic(given_data, 0, std::chrono::seconds(1)), 1U);
  EXPECT_THAT(steps_.all(), ElementsAre("periodic fake"));
  EXPECT_THAT(log_.lines(), IsEmpty());
}

}  // namespace
}  // namespace hookwire::testing

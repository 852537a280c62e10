// What OpenStack Manila's manager does around driver calls and on its periodic task, and what its
// page on share driver hooks promises, promised here. docs/manila.md says what differs.
#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "hookwire/hooks/hook_registry.h"
#include "hookwire/hooks/periodic_runner.h"
#include "hookwire/share/share_driver.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

class Wrapper : public ChainTest {
 protected:
  void SetUp() override {
    driver_.on_call = [this] { steps_.add("driver"); };
  }
};

TEST_F(Wrapper, WithoutHooksTheDriverIsCalledAndNothingElse) {
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_THAT(steps_.all(), ElementsAre("driver"));
}

TEST_F(Wrapper, EveryPreRunsThenTheDriverThenEveryPost) {
  add("first");
  add("second");
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  // Theirs runs the posts in the listed order; ours in reverse.
  EXPECT_THAT(steps_.all(),
              ElementsAre("pre first", "pre second", "driver", "post second", "post first"));
}

TEST_F(Wrapper, EachPostGetsWhatItsOwnPreReturned) {
  std::map<std::string, int> seen;
  for (const int number : {1, 2, 3}) {
    const std::string name = "hook" + std::to_string(number);
    RecordingHook& hook = add(name);
    hook.on_pre = [number](const Call&) { return number; };
    hook.on_post = [&seen, name](const Call&, Outcome&, HookData& data) {
      seen[name] = *data.get_if<int>();
    };
  }
  install();
  call_add(2, 3);
  EXPECT_EQ(seen, (std::map<std::string, int>{{"hook1", 1}, {"hook2", 2}, {"hook3", 3}}));
}

TEST_F(Wrapper, EachPostGetsTheResultAndTheMethodWithItsArguments) {
  for (const std::string name : {"first", "second"}) {
    add(name).on_post = [](const Call& call, Outcome& outcome, HookData&) {
      EXPECT_EQ(call.method(), "add");
      EXPECT_EQ(call.arg<int>("a"), 2);
      EXPECT_EQ(call.arg<int>("b"), 3);
      EXPECT_EQ(outcome.result<int>(), 5);
    };
  }
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  EXPECT_EQ(status_of("second").post_count, 1U);
}

TEST_F(Wrapper, APreThatRaisesKeepsTheDriverAndTheHooksBehindItFromRunning) {
  add("first");
  add("second").on_pre = [](const Call&) -> HookData { throw std::runtime_error("no"); };
  add("third");
  install();
  EXPECT_THROW(call_add(2, 3), std::runtime_error);
  // Theirs leaves the first without an end; ours tells it of the failure.
  EXPECT_THAT(steps_.all(), ElementsAre("pre first", "pre second", "failure first"));
}

TEST_F(Wrapper, ADriverThatRaisesMeansThatNoPostRuns) {
  add("first");
  driver_.on_call = [this] {
    steps_.add("driver");
    throw std::out_of_range("broken");
  };
  install();
  EXPECT_THROW(call_add(2, 3), std::out_of_range);
  // Theirs says nothing more; ours tells every hook of the failure.
  EXPECT_THAT(steps_.all(), ElementsAre("pre first", "driver", "failure first"));
}

TEST_F(Wrapper, APostThatRaisesReachesTheCallerThoughTheDriverHadRun) {
  add("first");
  add("second").on_post = [](const Call&, Outcome&, HookData&) { throw std::runtime_error("no"); };
  install();
  EXPECT_THROW(call_add(2, 3), PostHookError);
  // Theirs leaves out the posts behind the one that raised; ours runs them.
  EXPECT_THAT(steps_.all(),
              ElementsAre("pre first", "pre second", "driver", "post second", "post first"));
}

// The least that a share driver can be: nothing is its own but what it must write.
class LeastShareDriver : public ShareDriver {
 public:
  void init_host() override {}
  std::vector<std::string> create_share_instance(const std::string&, std::uint64_t,
                                                 const std::string&,
                                                 const std::optional<std::string>&,
                                                 const DriverOptions&) override {
    return {};
  }
  void delete_share_instance(const std::string&) override {}
  void extend_share(const std::string&, std::uint64_t) override {}
  void shrink_share(const std::string&, std::uint64_t) override {}
  std::optional<std::string> allow_access(const std::string&, const Access&) override { return {}; }
  void deny_access(const std::string&, const Access&) override {}
  Snapshot create_snapshot(const std::string&, const std::string&) override { return {}; }
  void delete_snapshot(const std::string&) override {}
  Capabilities publish_service_capabilities() override { return {}; }
  std::vector<ShareInstance> share_instances() override {
    return {{.share_id = "s-1",
             .size_gb = 3,
             .share_proto = "NFS",
             .export_locations = {"host:/s-1"},
             .access_rules = {{"ip", "10.0.0.4", "rw", ""}},
             .metadata = {}}};
  }
};

class MountingShareDriver final : public LeastShareDriver {
 public:
  std::vector<ShareInstance> get_periodic_hook_data(
      const std::vector<ShareInstance>& shares) override {
    std::vector<ShareInstance> told = shares;
    for (ShareInstance& share : told) share.metadata["mount"] = "mount host:/" + share.share_id;
    return told;
  }
};

class PeriodicTask : public ChainTest {
 protected:
  // Notes what the hook called `name` sees each time it runs.
  void watch(const std::string& name, HookSwitches switches = {.periodic_interval = 1s}) {
    add(name, switches).on_periodic = [this, name](const PeriodicData& data) {
      contexts_.insert(data.context);
      for (const ShareInstance& share : data.data.get<std::vector<ShareInstance>>()) {
        seen_.push_back(
            name + " " + share.share_id + " for " + share.access_rules.at(0).access_to +
            (share.metadata.contains("mount") ? ": " + *share.metadata.at("mount").string() : ""));
      }
    };
    install();
  }
  PeriodicRunner runner(ShareDriver& driver) {
    return PeriodicRunner(
        chain_,
        [&driver](const std::function<void(ValueRef)>& use) {
          const auto shares = driver.get_periodic_hook_data(driver.share_instances());
          use(ValueRef::to(shares));
        },
        log_);
  }

  std::vector<std::string> seen_;
  std::set<const Context*> contexts_;
};

TEST_F(PeriodicTask, EveryHookGetsTheSharesWithTheirAccessRulesInTheListedOrder) {
  LeastShareDriver driver;
  watch("first");
  watch("second");
  EXPECT_EQ(runner(driver).tick(), 2U);
  EXPECT_THAT(seen_, ElementsAre("first s-1 for 10.0.0.4", "second s-1 for 10.0.0.4"))
      << "a driver that does not redefine get_periodic_hook_data passes them on";
}

TEST_F(PeriodicTask, ADriverAddsToTheSharesWhatHooksAreToSee) {
  MountingShareDriver driver;
  watch("first");
  runner(driver).tick();
  EXPECT_THAT(seen_, ElementsAre("first s-1 for 10.0.0.4: mount host:/s-1"));
}

TEST_F(PeriodicTask, HooksGetTheServicesOwnContext) {
  LeastShareDriver driver;
  watch("first");
  runner(driver).tick(2);
  EXPECT_THAT(contexts_, ElementsAre(&chain_.default_context()));
}

TEST_F(PeriodicTask, AHookRunsEveryThreeHundredSecondsUnlessToldOtherwise) {
  LeastShareDriver driver;
  watch("default", {});
  watch("often", {.periodic_interval = 100s});
  runner(driver).tick(600);
  EXPECT_EQ(status_of("default").periodic_count, 2U);
  EXPECT_EQ(status_of("often").periodic_count, 6U);
}

class HooksPage : public ChainTest {
 protected:
  std::vector<HookInstance> make_chain(const std::string& options) {
    HookRegistry registry;
    for (const std::string class_name : {"path.to:FooClass", "path.to:BarClass"}) {
      registry.add(class_name, [this](const HookSetup& setup) {
        colours_[setup.name] = setup.options.text("colour").value_or("none");
        return std::make_shared<RecordingHook>(setup.name, steps_);
      });
    }
    const ConfigFile file = ConfigFile::parse(options, "/etc/hw.conf");
    return registry.make_chain(Options(file, {"MY_DRIVER"}), "MY_DRIVER", "h@MY_DRIVER", clock_,
                               log_);
  }

  std::map<std::string, std::string> colours_;
};

TEST_F(HooksPage, HookDriversInTheDriversGroupNamesTheHooks) {
  chain_.replace(
      make_chain("[MY_DRIVER]\nhook_drivers=path.to:FooClass,path.to:BarClass\ncolour=red\n"));
  call_add(1, 1);
  EXPECT_THAT(steps_.all(),
              ElementsAre("pre FooClass", "pre BarClass", "post BarClass", "post FooClass"));
  EXPECT_EQ(colours_["BarClass"], "red") << "options of hooks stand in the driver's group";
}

TEST_F(HooksPage, AnyNumberOfInstancesRunsAlsoTwoOfOneClassWithTheirOwnOptions) {
  const auto chain = make_chain(
      "[MY_DRIVER]\nhook_drivers = a=path.to:FooClass, b=path.to:FooClass\ncolour = red\n"
      "[MY_DRIVER:b]\ncolour = blue\nenable_pre_hooks = false\n");
  EXPECT_EQ(colours_, (std::map<std::string, std::string>{{"a", "red"}, {"b", "blue"}}));
  chain_.replace(chain);
  call_add(1, 1);
  EXPECT_THAT(steps_.all(), ElementsAre("pre a", "post b", "post a"));
}

TEST_F(HooksPage, APostHookUpdatesTheResult) {
  add("first").on_post = [](const Call&, Outcome& outcome, HookData&) {
    EXPECT_EQ(outcome.result<int>(), 50) << "the hook behind it had changed it";
  };
  add("second").on_post = [](const Call&, Outcome& outcome, HookData&) {
    outcome.replace<int>(outcome.result<int>() * 10);
  };
  install();
  EXPECT_EQ(call_add(2, 3), 50);
}

TEST_F(HooksPage, ErrorsOfPreAndOfPostAreSuppressedApart) {
  RecordingHook& hook = add("fake", {.suppress_pre_errors = true});
  hook.on_pre = [](const Call&) -> HookData { throw std::runtime_error("in pre"); };
  install();
  EXPECT_EQ(call_add(2, 3), 5);
  hook.on_post = [](const Call&, Outcome&, HookData&) { throw std::runtime_error("in post"); };
  EXPECT_THROW(call_add(2, 3), PostHookError);
}

TEST_F(HooksPage, AnyHookCanBeDisabledAlsoWhileRunning) {
  add("first");
  add("second");
  install();
  chain_.enable("first", {.pre = true, .post = true, .periodic = true}, false);
  call_add(1, 1);
  chain_.run_periodic({.tick = 300}, 0, 1s);
  EXPECT_THAT(steps_.all(), ElementsAre("pre second", "post second", "periodic second"));
}

TEST_F(HooksPage, AllHooksOfACallRunInTheCallersThread) {
  std::set<std::thread::id> threads;
  for (const std::string name : {"first", "second"}) {
    RecordingHook& hook = add(name);
    hook.on_pre = [&](const Call&) -> HookData {
      threads.insert(std::this_thread::get_id());
      return nullptr;
    };
    hook.on_post = [&](const Call&, Outcome&, HookData&) {
      threads.insert(std::this_thread::get_id());
    };
  }
  install();
  call_add(1, 1);
  EXPECT_THAT(threads, ElementsAre(std::this_thread::get_id()));
}

TEST_F(HooksPage, TheMethodsOfADriverThatHasNoShareServersAreSeenUnderTheirNames) {
  std::vector<std::string> names;
  for (const MethodDescriptor* method : method_descriptors<ShareDriver>()) {
    names.emplace_back(method->name);
  }
  EXPECT_THAT(names, IsSupersetOf({"allow_access", "create_share_instance", "create_snapshot",
                                   "delete_share_instance", "delete_snapshot", "deny_access",
                                   "extend_share", "init_host", "publish_service_capabilities",
                                   "shrink_share"}));
}

TEST_F(HooksPage, AProgramSaysWhatTheDefaultContextIs) {
  HookChain chain(clock_, log_, {.user_id = "nas-service", .roles = {"service"}});
  const auto hook = std::make_shared<RecordingHook>("fake", steps_);
  std::string user;
  hook->on_pre = [&](const Call& call) -> HookData {
    user = call.context().user_id;
    return nullptr;
  };
  chain.replace({{"fake", "test:RecordingHook", hook, {}}});
  Hooked<ScriptedDriver>(driver_, chain).call<&ScriptedDriver::touch>("x");
  EXPECT_EQ(user, "nas-service");
}

}  // namespace
}  // namespace hookwire::testing

#include "hookwire/hooks/log_hook.h"

#include <array>

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LogHookTest : public ChainTest {
 protected:
  void install_log_hook(const std::string& more = "") {
    const ConfigFile file =
        ConfigFile::parse("[gold]\nhook_drivers = trace=hookwire:LogHook\n" + more, "hw.conf");
    hooks_ = HookRegistry::with_built_in_hooks().make_chain(Options(file, {"gold"}), "gold",
                                                            "nas01@gold", clock_, log_);
    context_.user_id = "ann";
  }
  void call_touch() { hooked_.call<&ScriptedDriver::touch>(context_, "t-1"); }
};

TEST_F(LogHookTest, OneLineAPhaseSaysMethodResourceRequestAndUser) {
  install_log_hook();
  install();
  call_touch();
  const auto lines = log_.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "trace: pre touch, thing t-1, request req-1, user ann");
  EXPECT_EQ(lines[0].level, LogLevel::info);
  EXPECT_EQ(lines[1].text, "trace: post touch, thing t-1, request req-1, user ann, took 0 us");
}

TEST_F(LogHookTest, AFailureSaysWhatWasRaised) {
  install_log_hook();
  install();
  driver_.on_call = [this] {
    clock_.advance(std::chrono::milliseconds(3));
    throw std::runtime_error("disk on fire");
  };
  EXPECT_THROW(call_touch(), std::runtime_error);
  EXPECT_THAT(log_.text(), HasSubstr("trace: failure touch, thing t-1, request req-1, user ann, "
                                     "took 3000 us, error runtime_error: disk on fire"));
}

TEST_F(LogHookTest, ARefusalSaysWhoRefused) {
  install_log_hook();
  add("judge").on_pre = [](const Call&) -> HookData { throw std::runtime_error("no"); };
  install();
  EXPECT_THROW(call_touch(), std::runtime_error);
  EXPECT_THAT(log_.text(), HasSubstr("vetoed by judge, error runtime_error: no"));
}

TEST_F(LogHookTest, ArgumentsAndResultsAreNeverLogged) {
  install_log_hook();
  install();
  call_add(123456, 654321);
  EXPECT_THAT(log_.text(), AllOf(Not(HasSubstr("123456")), Not(HasSubstr("777777"))));
}

TEST_F(LogHookTest, AResourceIsNamedWhateverItsTypeUnlessItIsASecret) {
  install_log_hook();
  HookRuns runs;
  const int number = 7;
  const std::string key = "key-in-clear";
  const std::array numbered{Argument{.name = "id", .value = ValueRef::to(number)}};
  const std::array secret{Argument{.name = "id", .value = ValueRef::to(key)}};
  const Arguments dimmed(numbered);
  const Arguments opened(secret);
  constexpr MethodDescriptor kDim{.name = "dim", .resource = {"lamp", "id"}};
  constexpr MethodDescriptor kOpen{.name = "open", .resource = {"door", "id"}, .secrets = {"id"}};
  hooks_.front().hook->pre(Call(kDim, context_, dimmed, runs));
  hooks_.front().hook->pre(Call(kOpen, context_, opened, runs));
  EXPECT_THAT(log_.text(), AllOf(HasSubstr("pre dim, lamp 7,"),
                                 HasSubstr("pre open, door <secret>"), Not(HasSubstr("in-clear"))));
}

TEST_F(LogHookTest, TheProjectIsSaidWhenThereIsOne) {
  install_log_hook();
  install();
  context_.project_id = "p-1";
  call_touch();
  EXPECT_EQ(log_.lines().at(0).text,
            "trace: pre touch, thing t-1, request req-1, user ann, project p-1");
}

TEST_F(LogHookTest, PeriodicSaysTheTick) {
  install_log_hook("periodic_hooks_interval = 1\n");
  install();
  chain_.run_periodic({.tick = 7}, 6, std::chrono::seconds(1));
  EXPECT_THAT(log_.text(), HasSubstr("trace: periodic, tick 7"));
  hooks_.front().hook->periodic({.tick = 9, .missed_ticks = 1});
  EXPECT_THAT(log_.text(), HasSubstr("trace: periodic, tick 9, missed 1"));
}

TEST_F(LogHookTest, TheLevelIsAnOption) {
  install_log_hook("log_level = debug\n");
  install();
  call_touch();
  EXPECT_EQ(log_.lines().at(0).level, LogLevel::debug);
  EXPECT_THROW(install_log_hook("log_level = loud\n"), Error);
}

}  // namespace
}  // namespace hookwire::testing

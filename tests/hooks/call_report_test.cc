#include "hookwire/hooks/call_report.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using CallReportTest = ChainTest;

TEST_F(CallReportTest, TellsADriversFailureFromAHooksVetoAndAFailedPostHook) {
  CallReport report;
  RecordingHook& hook = add("hook");
  install();

  EXPECT_EQ((hooked_.call_reported<&ScriptedDriver::add>(report, context_, 2, 3)), 5);
  EXPECT_EQ(report.outcome, CallReport::Outcome::success);

  hook.on_post = [](const Call&, Outcome&, HookData&) { throw std::runtime_error("broken"); };
  EXPECT_THROW(hooked_.call_reported<&ScriptedDriver::touch>(report, context_, "x"), PostHookError);
  EXPECT_EQ(report.outcome, CallReport::Outcome::post_hook_failed);

  driver_.on_call = [] { throw std::runtime_error("broken"); };
  EXPECT_THROW(hooked_.call_reported<&ScriptedDriver::touch>(report, context_, "x"),
               std::runtime_error);
  EXPECT_EQ(report.outcome, CallReport::Outcome::failure);

  hook.on_pre = [](const Call&) -> HookData { throw std::runtime_error("no"); };
  EXPECT_THROW(hooked_.call_reported<&ScriptedDriver::touch>(report, context_, "x"),
               std::runtime_error);
  EXPECT_EQ(report.outcome, CallReport::Outcome::vetoed);
}

TEST_F(CallReportTest, ADriversFailureWithoutHooksIsAFailure) {
  CallReport report;
  driver_.on_call = [] { throw std::runtime_error("broken"); };
  EXPECT_THROW(hooked_.call_reported<&ScriptedDriver::touch>(report, context_, "x"),
               std::runtime_error);
  EXPECT_EQ(report.outcome, CallReport::Outcome::failure);
}

}  // namespace
}  // namespace hookwire::testing

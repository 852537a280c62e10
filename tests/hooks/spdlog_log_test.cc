#include "hookwire/hooks/spdlog_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(StderrLog, WritesTimeLevelAndLine) {
  ::testing::internal::CaptureStderr();
  make_stderr_log()->warning("the disk is nearly full");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              MatchesRegex("....-..-..T..:..:......[+-]..:.. warning the disk is nearly full\n"));
}

TEST(StderrLog, LinesBelowItsLevelAreNotWritten) {
  ::testing::internal::CaptureStderr();
  const auto log = make_stderr_log(LogLevel::warning);
  log->debug("one");
  log->info("two");
  log->warning("three");
  log->error("four");
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      AllOf(Not(HasSubstr("one")), Not(HasSubstr("two")), HasSubstr("three"), HasSubstr("four")));
}

TEST(StderrLog, WhatACallerChoseBeginsNoLineOfItsOwnAndIsNoFormat) {
  ::testing::internal::CaptureStderr();
  make_stderr_log()->info("request a\nb\x1b[2J {}");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("request a b [2J {}\n"));
}

}  // namespace
}  // namespace hookwire::testing

#include "hookwire/format/status_text.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// `count` of at most `bound` * 256 ns.
DurationHistogram lasting(std::size_t bound, std::uint64_t count) {
  DurationHistogram histogram;
  histogram.counts[bound] = count;
  return histogram;
}

StatusReport sample() {
  StatusReport report{.publisher = "nas01@gold", .version = "1.2.3", .running = true};
  report.journal = "bff8478c55e234e7";
  report.epoch = 2;
  report.first_sequence = 1;
  report.last_sequence = 139;
  report.durable_sequence = 100;
  report.segments = 2;
  report.journal_bytes = 128 << 20;
  report.free_bytes = std::uint64_t{65} << 30;
  report.events = 139;
  report.hooks.push_back({.name = "notify",
                          .pre = true,
                          .post = true,
                          .pre_count = 68,
                          .post_count = 40,
                          .failure_count = 28,
                          .breaker = "off",
                          .pre_durations = lasting(2, 68)});
  report.methods.push_back({.method = "share_server_migration_check_compatibility",
                            .success = 12'345'678,
                            .failure = 3,
                            .durations = lasting(9, 12'345'681)});
  report.sessions.push_back({.session = "0123456789abcdef",
                             .name = "audit",
                             .acknowledged = 138,
                             .lag = 1,
                             .sent_records = 138,
                             .sent_bytes = 2048});
  report.cursors.push_back({.name = "audit", .epoch = 2, .sequence = 138, .lag = 1});
  return report;
}

TEST(StatusText, FitsATerminal) {
  std::istringstream text(to_text(sample(), {}, false));
  std::string line;
  std::size_t lines = 0;
  for (; std::getline(text, line); ++lines) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_EQ(lines, 15U);
}

TEST(StatusText, HasALineForEachPhaseOfAHookAndForEachMethod) {
  const std::string text = to_text(sample(), {}, false);
  EXPECT_THAT(text, HasSubstr("\nhook      phase     runs  half in  99 % in\n"
                              "notify      pre       68   1.0 us   1.0 us\n"
                              "           post       40\n"
                              "        failure       28\n"
                              "       periodic  0 (off)\n"));
  EXPECT_THAT(text, HasSubstr("\nmethod                                       worked   failed  "
                              "half in  99 % in\n"
                              "share_server_migration_check_compatibility 12345678        3 "
                              "131.1 us 131.1 us\n"));
}

TEST(StatusText, SaysWhatIsNotZero) {
  StatusReport report = sample();
  EXPECT_THAT(to_text(report, {}, false), Not(HasSubstr("vetoed")));
  report.hooks[0].veto_count = 2;
  report.hooks[0].skip_count = 5;
  report.hooks[0].breaker = "open";
  report.methods[0].post_hook_failed = 7;
  const std::string text = to_text(report, {}, false);
  EXPECT_THAT(text, HasSubstr("       breaker open, 2 vetoed, 5 skipped\n"));
  EXPECT_THAT(text, HasSubstr(" 7 with a failed post hook\n"));
}

TEST(StatusText, ForgesNoLineAndSaysWhatIsWrongLast) {
  StatusReport report = sample();
  report.hooks[0].name = "a\nwrong nothing";
  report.methods[0].method = "b\x1b[31m";
  const std::string text = to_text(report, {{.now = true, .text = "low\nspace"}}, false);
  EXPECT_THAT(text, HasSubstr("\na\\nwrong nothing "));
  EXPECT_THAT(text, HasSubstr("\nb\\x1b[31m "));
  EXPECT_THAT(text, ::testing::EndsWith("\nwrong     low\\nspace\n"));
}

}  // namespace
}  // namespace hookwire

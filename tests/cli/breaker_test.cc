#include "hookwire/schemas/json.h"

#include "cli_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A host with a hook, from a library, that raises for shares whose names begin with "bad".
class BreakerHostTest : public CliTest {
 protected:
  BreakerHostTest() {
    fs::copy(FLAKY_PLUGIN, in_folder("libflaky.so"));
    fs::permissions(in_folder("libflaky.so"), fs::perms::owner_read | fs::perms::owner_write);
  }
  /// Lines 1 to 9 say what a backend must; `more` begins at line 10, `own` at 12 without it.
  void write_host(const std::string& more, const std::string& own) const {
    write_file("gold.conf",
               "[DEFAULT]\nenabled_backends = gold\nhost = nas01\n\n[gold]\n"
               "directory_root = gold.shares\n"
               "hook_drivers = hookwire:NotificationHook, flaky=./libflaky.so:FlakyHook\n"
               "journal_dir = gold.journal\njournal_segment_bytes = 1M\n" +
                   more + "\n[gold:flaky]\n" + own);
  }
  static std::string create(const std::string& share_id) {
    return R"({"method":"create_share_instance","args":{"share_id":")" + share_id +
           R"(","size_gb":1,"share_proto":"NFS"}})";
  }
  static Value flaky(RunningHost& host) {
    const Value answer = host.ask(R"({"control":"hooks"})");
    for (const Value& hook : *answer.find("hooks")->list()) {
      if (text_in(hook, "name") == "flaky") return hook;
    }
    return {};
  }
  /// What each call's end says of the flaky hook's pre: "suppressed", "skipped breaker".
  static std::vector<std::string> pres_of(const std::vector<Value>& events) {
    std::vector<std::string> outcomes;
    for (const Value& event : events) {
      if (text_in(event, "phase") != "post") continue;
      for (const Value& run : *event.find("hooks")->list()) {
        if (text_in(run, "name") != "flaky" || text_in(run, "phase") != "pre") continue;
        const std::string limit = run.find("limit") == nullptr ? "" : " " + text_in(run, "limit");
        outcomes.push_back(text_in(run, "outcome") + limit);
      }
    }
    return outcomes;
  }
  static std::vector<Value> of_topic(const std::vector<Value>& events, const std::string& topic) {
    std::vector<Value> found;
    for (const Value& event : events) {
      if (text_in(event, "topic") == topic) found.push_back(event);
    }
    return found;
  }
  Ended check() const { return run({"config", "check", in_folder("gold.conf")}); }
};

TEST_F(BreakerHostTest, AHookThatFailsIsSkippedTriedAgainAndItsEventsSaySo) {
  write_host("", "on_error = suppress\nbreaker_failures = 3\nbreaker_pause = 100ms\n");
  const auto host = start_host("gold");
  for (int n = 1; n <= 3; ++n) {
    EXPECT_EQ(*host->ask(create("bad-" + std::to_string(n))).find("ok"), Value(true));
  }
  EXPECT_NE(text_in(flaky(*host), "breaker"), "closed");
  EXPECT_EQ(number_in(flaky(*host), "error_count"), 3U);
  // Good calls from here on: skipped until the pause is over, then one of them tries.
  int good = 0;
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(*host->ask(create("good-" + std::to_string(++good))).find("ok"), Value(true));
    return text_in(flaky(*host), "breaker") == "closed";
  }));
  const std::uint64_t skipped = number_in(flaky(*host), "skip_count");
  ASSERT_EQ(host->finish(), 0);

  const std::vector<Value> events = values_of(journal_lines("gold"));
  const std::vector<Value> opened = of_topic(events, "system/breaker_opened/nas01@gold");
  ASSERT_EQ(opened.size(), 1U);
  const Value& data = *opened[0].find("data");
  EXPECT_EQ(text_in(data, "hook"), "flaky");
  EXPECT_EQ(text_in(data, "phase"), "pre");
  EXPECT_EQ(number_in(data, "failures"), 3U);
  EXPECT_EQ(number_in(data, "pause_ns"), 100'000'000U);
  EXPECT_EQ(of_topic(events, "system/breaker_closed/nas01@gold").size(), 1U);
  std::vector<std::string> expected(3, "suppressed");
  expected.insert(expected.end(), skipped, "skipped breaker");
  expected.push_back("ok");
  EXPECT_EQ(pres_of(events), expected);
  EXPECT_THAT(read_file(in_folder("gold.messages")),
              HasSubstr("hook flaky is skipped from now on"));
}

TEST_F(BreakerHostTest, AHookWithOnErrorFailRefusesEveryCallAndIsNeverSkipped) {
  write_host("on_error = suppress\n", "on_error = fail\nbreaker_failures = 1\n");
  const auto host = start_host("gold");
  for (int n = 1; n <= 5; ++n) {
    EXPECT_EQ(text_in(host->ask(create("bad-" + std::to_string(n))), "outcome"), "vetoed");
  }
  EXPECT_EQ(text_in(flaky(*host), "breaker"), "off");
  EXPECT_EQ(number_in(flaky(*host), "veto_count"), 5U);
}

TEST_F(BreakerHostTest, AnOverrunIsInTheEvent) {
  write_host("time_budget = 1ns\n", "breaker_failures = 0\n");
  const auto host = start_host("gold");
  ASSERT_EQ(*host->ask(create("good-1")).find("ok"), Value(true));
  EXPECT_EQ(number_in(flaky(*host), "overrun_count"), 2U) << "its pre and its post";
  ASSERT_EQ(host->finish(), 0);
  EXPECT_THAT(pres_of(values_of(journal_lines("gold"))), ElementsAre("over_budget time_budget"));
}

TEST_F(BreakerHostTest, WhatRunsIsSaidByConfigCheck) {
  write_host("call_time_budget = 1\n", "on_error = suppress\ntime_budget = 250ms\n");
  const Ended ended = check();
  EXPECT_EQ(ended.code, 0) << ended.messages;
  EXPECT_THAT(ended.output, Contains(HasSubstr("its errors suppressed in pre, suppressed in post; "
                                               "time budget 250 ms; skipped for 30 s after 5 "
                                               "failures or overruns in a row")));
  EXPECT_THAT(ended.output,
              Contains(AllOf(HasSubstr("NotificationHook"), HasSubstr("; never skipped"))));
  EXPECT_THAT(ended.output, Contains(HasSubstr("the hooks of a call have 1 s")));
}

TEST_F(BreakerHostTest, OptionsThatCannotBeAreRefusedWithFileAndLine) {
  struct Bad {
    const char* more;
    const char* own;
    const char* message;
  };
  for (const Bad& bad : {
           Bad{"on_error = fail\nsuppress_pre_hooks_errors = true\n", "",
               "gold.conf:11: [gold] suppress_pre_hooks_errors: found 'true', which contradicts "
               "on_error = fail"},
           Bad{"", "on_error = suppress\nsuppress_post_hooks_errors = no\n",
               "gold.conf:13: [gold:flaky] suppress_post_hooks_errors: found 'no', which "
               "contradicts on_error = suppress"},
           Bad{"on_error = ignore\n", "",
               "gold.conf:10: [gold] on_error: found 'ignore', expected one of fail, suppress"},
           Bad{"time_budget = soon\n", "", "gold.conf:10: [gold] time_budget: found 'soon'"},
           Bad{"breaker_failures = -1\n", "", "gold.conf:10: [gold] breaker_failures: found '-1'"},
           Bad{"breaker_pause = 1ms\n", "", "gold.conf:10: [gold] breaker_pause: found '1ms'"},
           Bad{"", "call_time_budget = 1\n", "gold.conf:12: [gold:flaky] call_time_budget"},
       }) {
    write_host(bad.more, bad.own);
    const Ended ended = check();
    EXPECT_EQ(ended.code, 2) << bad.message;
    EXPECT_THAT(ended.messages, HasSubstr(bad.message));
  }
}

}  // namespace
}  // namespace hookwire::testing

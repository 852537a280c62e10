#include "hookwire/schemas/status.h"

#include <limits>

#include <gmock/gmock.h>

#include "hookwire/base/error.h"
#include "hookwire/schemas/json.h"
#include "hookwire/schemas/open_metrics.h"

#include "schemas/pack.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

DurationHistogram histogram(std::initializer_list<std::int64_t> durations_ns) {
  DurationHistogram made;
  for (const std::int64_t duration_ns : durations_ns) {
    ++made.counts[DurationHistogram::bucket(duration_ns)];
    made.sum_ns += static_cast<std::uint64_t>(duration_ns);
  }
  return made;
}

StatusReport full_report() {
  StatusReport report{
      .publisher = "nas01@gold",
      .version = "1.2.3",
      .running = true,
      .journal = hex_id(0x0123456789abcdef),
      .epoch = 3,
      .first_sequence = 10,
      .last_sequence = 50,
      .durable_sequence = 40,
      .segments = 2,
      .journal_bytes = 1 << 20,
      .free_bytes = 1 << 30,
      .low_space_bytes = 1 << 10,
      .journal_error = "no space",
      .sync_error = "bad disk",
      .events = 41,
      .cut_events = 1,
      .lost_events = 5,
      .refused_calls = 2,
      .aborted_calls = 4,
      .gaps = {{.first = 5, .last = 7, .reason = "bit rot"}},
      .more_gaps = 1,
      .refused_requests = {{"malformed", 2}, {"too_large", 1}},
      .expired_sessions = 6,
      .displaced_sessions = 7,
      .live = LiveReport{
          .through = 50, .sent_records = 41, .unread = 3, .prefixes = 2, .disconnections = 1}};
  report.hooks.push_back({.name = "quota",
                          .class_name = "Quota",
                          .pre = true,
                          .post = true,
                          .pre_count = 9,
                          .post_count = 8,
                          .failure_count = 1,
                          .periodic_count = 2,
                          .error_count = 3,
                          .veto_count = 1,
                          .overrun_count = 4,
                          .skip_count = 5,
                          .breaker = "open",
                          .failures_in_a_row = 6,
                          .pre_durations = histogram({100, 300, 1'000'000}),
                          .periodic_durations = histogram({1'000'000'000'000})});
  report.methods.push_back({.method = "extend_share",
                            .success = 8,
                            .failure = 1,
                            .vetoed = 2,
                            .post_hook_failed = 3,
                            .durations = histogram({5000})});
  report.sessions.push_back({.session = hex_id(7),
                             .name = "audit",
                             .position = 41,
                             .acknowledged = 40,
                             .lag = 10,
                             .sent_records = 31,
                             .sent_bytes = 9000,
                             .gap_records = 9});
  report.cursors.push_back({.name = "audit",
                            .epoch = 3,
                            .sequence = 40,
                            .lag = 10,
                            .connected = true,
                            .retained = true,
                            .passed = true});
  return report;
}

std::vector<std::string> texts(const std::vector<StatusProblem>& problems) {
  std::vector<std::string> found;
  for (const StatusProblem& problem : problems) found.push_back(problem.text);
  return found;
}

TEST(Status, ComesBackAsItWentWithEveryField) {
  const StatusReport report = full_report();
  const StatusReport back = decode_status(encode_status(report));
  EXPECT_EQ(to_json(back), to_json(report));
  EXPECT_EQ(back.hooks.at(0).pre_durations, report.hooks[0].pre_durations);
  // None of them was left at its default, where it would come back without having gone.
  EXPECT_THAT(to_json(report), Not(HasSubstr(":null")));
}

TEST(Status, OfEverythingThatThereCanBeFits) {
  StatusReport report = full_report();
  DurationHistogram full;
  full.counts.fill(std::numeric_limits<std::uint64_t>::max());
  report.hooks[0].class_name = std::string(4096, 'x');
  report.hooks[0].pre_durations = report.hooks[0].post_durations = full;
  report.hooks[0].failure_durations = report.hooks[0].periodic_durations = full;
  report.methods[0].durations = full;
  report.sessions[0].name = report.cursors[0].name = std::string(128, 'x');
  report.hooks.resize(32, report.hooks[0]);
  report.methods.resize(65, report.methods[0]);
  report.sessions.resize(64, report.sessions[0]);
  report.cursors.resize(256, report.cursors[0]);
  for (int i = 0; i < 100; ++i) report.add_gap({.first = 1, .last = 2, .reason = "rot"});
  EXPECT_EQ(report.gaps.size(), StatusReport::kMaxGaps);
  EXPECT_EQ(to_json(decode_status(encode_status(report))), to_json(report));
}

TEST(Status, FieldsOfALaterVersionAreIgnoredAndAbsentOnesAreEmpty) {
  const StatusReport report = decode_status(pack(
      Value(Value::Map{{"publisher", "a@b"},
                       {"colour", "red"},
                       {"hooks", Value::List{Value::Map{{"name", "one"}, {"shape", "round"}}}}})));
  EXPECT_EQ(report.publisher, "a@b");
  EXPECT_EQ(report.hooks.at(0).name, "one");
  EXPECT_EQ(report.hooks[0].breaker, "");
  EXPECT_FALSE(report.running);
  EXPECT_EQ(report.epoch, 0U);
}

TEST(Status, BytesThatAreNoReportAreRefused) {
  const auto refused = [](const std::vector<std::byte>& bytes) {
    try {
      decode_status(bytes);
      return std::string();
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(refused({}), HasSubstr("cannot be read"));
  EXPECT_THAT(refused(pack(Value(Value::List{}))), HasSubstr("status"));
  EXPECT_THAT(refused(pack(Value(Value::Map{{"hooks", 3}}))), HasSubstr("status.hooks"));
  EXPECT_THAT(refused(pack(Value(Value::Map{{"events", -3}}))), HasSubstr("status.events"));
  EXPECT_THAT(refused(std::vector<std::byte>(kMaxStatusBytes + 1)), HasSubstr("1048576"));
  EXPECT_THAT(refused(from_hex("81a5686f6f6b73dd7fffffff")), HasSubstr("cannot be read"));
}

TEST(Status, ALongListOfCountsFillsTheBucketsThatThereAre) {
  const Value::List counts(100, Value(1));
  const Value::Map durations{{"counts", counts}, {"sum_ns", 5}};
  const StatusReport report = decode_status(
      pack(Value(Value::Map{{"methods", Value::List{Value::Map{{"durations", durations}}}}})));
  EXPECT_EQ(report.methods.at(0).durations.count(), DurationHistogram::kBuckets);
}

TEST(Status, WhatIsWrongIsFound) {
  EXPECT_THAT(find_problems(StatusReport()), IsEmpty());
  EXPECT_THAT(texts(find_problems(full_report(), 9)),
              ElementsAre(HasSubstr("sync of the journal failed: bad disk"),
                          HasSubstr("did not take 5 events: no space"),
                          HasSubstr("events 5 to 7 cannot be read: bit rot"), HasSubstr("1 gaps"),
                          HasSubstr("live feed could not read 3"),
                          HasSubstr("audit was told that it does not get 9"),
                          HasSubstr("went before audit acknowledged them; it has those through 40"),
                          HasSubstr("audit lacks 10")));
  StatusReport now{.free_bytes = 99, .low_space_bytes = 100, .journal_failing = true};
  const std::vector<StatusProblem> problems = find_problems(now);
  EXPECT_THAT(texts(problems), ElementsAre(HasSubstr("takes no events"), HasSubstr("99 bytes")));
  EXPECT_TRUE(problems[0].now && problems[1].now);
}

TEST(Status, AFailedSyncIsWrongNowWhereNoneWorksAnyMoreAndElseIsPast) {
  StatusReport report{.durable_sequence = 40, .sync_failing = true, .sync_error = "bad disk"};
  const auto found = [&] {
    const std::vector<StatusProblem> problems = find_problems(report);
    EXPECT_EQ(problems.size(), 1U);
    return problems.at(0);
  };
  EXPECT_TRUE(found().now);
  EXPECT_THAT(found().text, HasSubstr("the events behind 40: bad disk"));
  report.sync_failing = false;
  EXPECT_FALSE(found().now);
  EXPECT_THAT(found().text, HasSubstr("a sync of the journal failed: bad disk"));
}

TEST(Status, WhatWentBeforeAnAbandonedNameHadItIsNotWrong) {
  StatusReport report;
  report.cursors.push_back({.name = "gone", .sequence = 5, .passed = true});
  EXPECT_THAT(find_problems(report), IsEmpty());
  report.cursors[0].retained = true;
  EXPECT_THAT(texts(find_problems(report)), ElementsAre(HasSubstr("went before gone")));
  report.cursors[0].retained = false;
  report.cursors[0].connected = true;
  EXPECT_THAT(texts(find_problems(report)), ElementsAre(HasSubstr("went before gone")));
}

TEST(Status, ALagOfASessionWithoutACursorCountsToo) {
  StatusReport report;
  report.sessions.push_back({.session = hex_id(1), .lag = 5});
  EXPECT_THAT(texts(find_problems(report, 4)), ElementsAre(HasSubstr("0000000000000001 lacks 5")));
  EXPECT_THAT(find_problems(report, 5), IsEmpty());
  EXPECT_THAT(find_problems(report), IsEmpty());
}

TEST(Metrics, SamplesOfOneFamilyStandTogetherWhateverTheReports) {
  const std::vector<StatusReport> reports{full_report(), full_report()};
  const std::string text = to_metrics(reports, MetricsForm::plain);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("# TYPE hookwire_events_total ", at)) != text.npos;
       ++at) {
    ++count;
  }
  EXPECT_EQ(count, 1U);
  EXPECT_THAT(text, HasSubstr("hookwire_hook_runs_total{publisher=\"nas01@gold\",hook=\"quota\","
                              "phase=\"post\"} 8\n"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(Metrics, ClientsAreToldByNameSinceSessionsComeAndGo) {
  StatusReport report{.publisher = "a@b"};
  for (const std::uint64_t lag : {3U, 7U, 5U}) {
    report.sessions.push_back({.session = hex_id(lag), .lag = lag, .sent_records = 1});
  }
  report.sessions.push_back({.session = hex_id(9), .name = "audit", .lag = 2, .sent_records = 4});
  const std::vector<StatusReport> reports{report};
  const std::string text = to_metrics(reports, MetricsForm::plain);
  EXPECT_THAT(text, HasSubstr("hookwire_session_lag_events{publisher=\"a@b\",name=\"\"} 7\n"
                              "hookwire_session_lag_events{publisher=\"a@b\",name=\"audit\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE hookwire_session_sent_events_total counter\n"
                              "hookwire_session_sent_events_total{publisher=\"a@b\","
                              "name=\"audit\"} 4\n"));
  EXPECT_THAT(text, Not(HasSubstr("session=")));
}

TEST(Metrics, OnlyTheNameOfACountersFamilyDiffersByForm) {
  const std::vector<StatusReport> reports{full_report()};
  EXPECT_THAT(to_metrics(reports, MetricsForm::open_metrics),
              HasSubstr("# TYPE hookwire_events counter\nhookwire_events_total{"));
  EXPECT_THAT(to_metrics(reports, MetricsForm::plain),
              HasSubstr("# TYPE hookwire_events_total counter\nhookwire_events_total{"));
}

TEST(Metrics, AHistogramAddsUpItsBuckets) {
  MetricsWriter writer(MetricsForm::plain);
  writer.histogram({"h_seconds", "histogram", "seconds", "H."}, {{"a", "b"}},
                   histogram({100, 300, 300, 1'000'000'000'000}));
  const std::string text = writer.take();
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{a=\"b\",le=\"2.56e-07\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{a=\"b\",le=\"5.12e-07\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{a=\"b\",le=\"137.438953472\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{a=\"b\",le=\"+Inf\"} 4\nh_seconds_count{a=\"b\"} "
                              "4\nh_seconds_sum{a=\"b\"} 1000.0000007\n"));
}

TEST(Metrics, LabelsAreEscapedAndAlwaysUtf8) {
  MetricsWriter writer(MetricsForm::plain);
  writer.sample({"g", "gauge", "", "G."}, {{"a", "\"\\\n\xC3\xA9"}, {"b", "\xFF"}}, 1);
  EXPECT_THAT(writer.take(), HasSubstr("g{a=\"\\\"\\\\\\n\xC3\xA9\",b=\"?\"} 1\n"));
}

}  // namespace
}  // namespace hookwire::testing

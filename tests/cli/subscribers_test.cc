#include <signal.h>

#include <map>

#include "hookwire/schemas/json.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

/// Subscribers in processes of their own, over the deaths of both sides.
class SubscribersTest : public CliTest {
 protected:
  SubscribersTest() { write_config("gold"); }

  /// Reads on until an event passes `test`.
  static bool reads(DemoEvents& events, const DemoEvents::Test& test) {
    return events.find(test, kDeadline) != nullptr;
  }
  static DemoEvents::Test sequence(std::uint64_t wanted) {
    return [wanted](const Value& event) { return number_in(event, "seq") == wanted; };
  }
  /// The newest sequence of the journal.
  std::uint64_t last_sequence(const std::string& name) const {
    const std::vector<std::string> lines = journal_lines(name);
    return lines.empty() ? 0 : number_in(parse_json(lines.back()), "seq");
  }
  /// True when the subscriber has exactly what the journal holds, as the same JSON.
  static bool same(const std::vector<std::string>& lines, const DemoEvents& events) {
    std::vector<Value> held = values_of(lines);
    held.resize(std::min(held.size(), events.all().size()));
    return held == events.all();
  }
  /// Everything of the journal `name` has come, once and in order.
  void expect_everything(const std::string& name, DemoEvents& events) const {
    EXPECT_TRUE(reads(events, sequence(last_sequence(name)))) << "events are missing";
    EXPECT_TRUE(events.in_sequence());
    EXPECT_TRUE(same(journal_lines(name), events));
  }
};

TEST_F(SubscribersTest, OneThatStartsLateGetsWhatWasBefore) {
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init(200));
  const auto tail = start_tail("gold", "earliest");
  DemoEvents events(*tail);
  ASSERT_TRUE(reads(events, sequence(300)));
  ASSERT_TRUE(host->init(50));
  expect_everything("gold", events);
}

TEST_F(SubscribersTest, OneFromLatestGetsOnlyWhatComes) {
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init(20));
  const std::uint64_t before = last_sequence("gold");
  const auto tail = start_tail("gold", "latest");
  DemoEvents events(*tail);
  // When it has connected nobody can tell; the first event says so.
  const auto any = [](const Value&) { return true; };
  for (int attempt = 0;
       attempt < 600 && events.find(any, std::chrono::milliseconds(100)) == nullptr; ++attempt) {
    ASSERT_TRUE(host->init());
  }
  ASSERT_FALSE(events.all().empty());
  const std::uint64_t first = number_in(events.all().front(), "seq");
  EXPECT_GT(first, before);
  ASSERT_TRUE(host->init(20));
  const std::uint64_t last = last_sequence("gold");
  ASSERT_TRUE(reads(events, sequence(last)));
  EXPECT_EQ(sequences_of(events.all()), range_of(first, last));
}

TEST_F(SubscribersTest, OneThatWasKilledGoesOnBehindTheLastItTold) {
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init(100));
  std::vector<Value> told;
  {
    const auto tail = start_tail("gold", "earliest");
    DemoEvents events(*tail);
    ASSERT_TRUE(reads(events, sequence(77)));
    tail->signal(SIGKILL);
    ASSERT_EQ(tail->wait(kDeadline), 128 + SIGKILL);
    told = events.all();
  }
  ASSERT_TRUE(host->init(100));
  const Value& last = told.back();
  const auto tail =
      start_tail("gold", text_in(last, "journal") + ":" + std::to_string(number_in(last, "epoch")) +
                             ":" + std::to_string(number_in(last, "seq")));
  DemoEvents events(*tail);
  ASSERT_TRUE(reads(events, sequence(last_sequence("gold"))));
  told.insert(told.end(), events.all().begin(), events.all().end());
  EXPECT_EQ(told, values_of(journal_lines("gold")));
}

TEST_F(SubscribersTest, OneThatWasThereFirstGetsEverything) {
  const auto tail = start_tail("gold", "earliest");
  DemoEvents events(*tail);
  ASSERT_EQ(tail->wait(std::chrono::seconds(1)), std::nullopt) << "it is to wait for a publisher";
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init(50));
  expect_everything("gold", events);
}

TEST_F(SubscribersTest, ACleanRestartOfThePublisherIsNotSeen) {
  const auto tail = start_tail("gold", "earliest");
  DemoEvents events(*tail);
  for (int round = 0; round < 3; ++round) {
    const auto host = start_host("gold");
    ASSERT_TRUE(host->init(40));
    ASSERT_EQ(host->finish(), 0);
  }
  // Who was not back in time for the end of one has the rest from the next.
  const auto host = start_host("gold");
  expect_everything("gold", events);
  EXPECT_EQ(events.count([](const Value& event) { return text_in(event, "method") == "stop"; }),
            3U);
}

TEST_F(SubscribersTest, APublisherThatIsKilledLosesAndRepeatsNothing) {
  const auto tail = start_tail("gold", "earliest");
  DemoEvents events(*tail);
  for (int round = 0; round < 3; ++round) {
    const auto host = start_host("gold");
    ASSERT_TRUE(host->init(40));
    // A call is under way, or about to be, when it dies.
    host->process().write_line(R"({"method":"init_host"})");
    host->kill();
  }
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init());
  expect_everything("gold", events);
  std::map<std::string, std::size_t> pre_less_terminal;
  for (const Value& event : events.all()) {
    const std::string phase = text_in(event, "phase");
    if (phase == "pre") ++pre_less_terminal[text_in(event, "call_id")];
    if (phase == "post" || phase == "failure") --pre_less_terminal[text_in(event, "call_id")];
  }
  EXPECT_GE(pre_less_terminal.size(), 121U);
  for (const auto& [call_id, left] : pre_less_terminal) EXPECT_EQ(left, 0U) << call_id;
}

TEST_F(SubscribersTest, SeveralPublishersAreFollowedEachInItsOrder) {
  const std::vector<std::string> names{"gold", "silver", "iron"};
  std::vector<std::string> arguments{"tail", "--from", "earliest", "-o", "json"};
  std::vector<std::unique_ptr<RunningHost>> hosts;
  for (const std::string& name : names) {
    write_config(name);
    hosts.push_back(start_host(name));
    arguments.insert(arguments.end(), {"--connect", stream(name)});
  }
  const auto tail = start(arguments, "tail.messages");
  for (int round = 0; round < 40; ++round) {
    for (const auto& host : hosts) ASSERT_TRUE(host->init());
  }
  DemoEvents events(*tail);
  for (const std::string& name : names) {
    const std::uint64_t last = last_sequence(name);
    EXPECT_TRUE(reads(events, [&](const Value& event) {
      return text_in(event, "publisher") == "nas01@" + name && number_in(event, "seq") == last;
    })) << name;
  }
  std::map<std::string, std::vector<Value>> told;
  for (const Value& event : events.all()) told[text_in(event, "publisher")].push_back(event);
  ASSERT_EQ(told.size(), names.size());
  for (const std::string& name : names) {
    EXPECT_EQ(told["nas01@" + name], values_of(journal_lines(name))) << name;
  }
}

TEST_F(SubscribersTest, AJournalThatReplacedAnotherIsFollowedFromItsBeginning) {
  auto host = start_host("gold");
  const auto tail = start_tail("gold", "earliest");
  DemoEvents events(*tail);
  ASSERT_TRUE(reads(events, sequence(1))) << "it is to be connected before the host ends";
  ASSERT_TRUE(host->init(30));
  ASSERT_EQ(host->finish(), 0);
  std::vector<Value> held = values_of(journal_lines("gold"));
  ASSERT_TRUE(reads(events, sequence(held.size())));

  fs::remove_all(journal("gold"));
  host = start_host("gold");
  ASSERT_TRUE(host->init(30));
  const std::vector<Value> then = values_of(journal_lines("gold"));
  ASSERT_NE(text_in(then.front(), "journal"), text_in(held.front(), "journal"));
  ASSERT_TRUE(reads(events, [&](const Value& event) { return event == then.back(); }));
  held.insert(held.end(), then.begin(), then.end());
  std::vector<Value> told;
  for (const Value& line : events.all()) {
    if (line.find("gap") == nullptr) told.push_back(line);
  }
  EXPECT_EQ(told, held);
}

}  // namespace
}  // namespace hookwire::testing

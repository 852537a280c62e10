#include <signal.h>

#include <algorithm>
#include <fstream>

#include "examples_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SubscriberTest : public ExamplesTest {
 protected:
  std::unique_ptr<ChildProcess> subscribe(const std::string& name) const {
    return start_example("subscriber", {stream(name), in_folder("cursor")});
  }
  /// The sequence with which a line begins; 0 when it tells no event.
  static std::uint64_t sequence_of(const std::string& line) {
    return line.empty() || line[0] < '0' || line[0] > '9' ? 0 : std::stoull(line);
  }
  /// The lines through the event of the sequence `last`, or as many as came.
  static std::vector<std::string> read_through(ChildProcess& subscriber, std::uint64_t last) {
    std::vector<std::string> lines;
    while (lines.empty() || sequence_of(lines.back()) != last) {
      const std::optional<std::string> line = subscriber.read_line(kDeadline);
      if (!line) {
        ADD_FAILURE() << "event " << last << " did not come";
        break;
      }
      lines.push_back(*line);
    }
    return lines;
  }
  /// Makes `count` calls that work and cost little, each with two events.
  static bool call(RunningHost& host, int count) {
    for (int n = 0; n < count; ++n) {
      if (host.ask(R"({"method":"publish_service_capabilities"})").find("result") == nullptr) {
        return false;
      }
    }
    return true;
  }
  static void kill(ChildProcess& subscriber) {
    subscriber.signal(SIGKILL);
    ASSERT_EQ(subscriber.wait(kDeadline), 128 + SIGKILL) << "it was to be killed, not to end";
  }
  /// "SEQUENCE TOPIC" of each line that tells an event, as the journal has it too.
  static std::vector<std::string> heads(const std::vector<std::string>& lines) {
    std::vector<std::string> heads;
    for (const std::string& line : lines) {
      if (sequence_of(line) > 0)
        heads.push_back(line.substr(0, line.find(' ', line.find(' ') + 1)));
    }
    return heads;
  }
  std::vector<std::string> journal_heads(const std::string& name) const {
    std::vector<std::string> heads;
    for (const Value& event : values_of(journal_lines(name))) {
      heads.push_back(std::to_string(number_in(event, "seq")) + " " + text_in(event, "topic"));
    }
    return heads;
  }
  /// True when the cursor file says that everything through `sequence` was handed on.
  bool cursor_is_at(std::uint64_t sequence) const {
    return read_file(in_folder("cursor")).find(" " + std::to_string(sequence) + " ipc:") !=
           std::string::npos;
  }
};

TEST_F(SubscriberTest, PrintsEveryEventOfTheOwnDriver) {
  const auto driver = start_example("own_driver", {journal("lamps"), stream("lamps")});
  while (const auto line = driver->read_line(kDeadline)) {
    if (line->ends_with("Enter ends")) break;
  }
  const std::size_t so_far = journal_lines("lamps").size();
  ASSERT_GE(so_far, 7U) << "a start and three calls";
  const auto subscriber = subscribe("lamps");
  std::vector<std::string> lines = read_through(*subscriber, so_far);
  driver->close_input();
  ASSERT_EQ(driver->wait(kDeadline), 0);
  const std::vector<std::string> held = journal_heads("lamps");
  ASSERT_GT(held.size(), so_far) << "its stop is an event too";
  const std::vector<std::string> more = read_through(*subscriber, held.size());
  lines.insert(lines.end(), more.begin(), more.end());
  EXPECT_EQ(heads(lines), held);
  EXPECT_THAT(lines,
              ::testing::Contains(HasSubstr(R"( error LampError "hall has no such brightness")")));
}

TEST_F(SubscriberTest, KilledAndStartedAgainItPrintsEachEventOnceInOrder) {
  write_config("gold");
  const auto host = start_host("gold");
  std::vector<std::string> lines;
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(call(*host, 40));
    const std::uint64_t last = journal_lines("gold").size();
    const auto subscriber = subscribe("gold");
    const std::vector<std::string> more = read_through(*subscriber, last);
    lines.insert(lines.end(), more.begin(), more.end());
    ASSERT_TRUE(eventually([&] { return cursor_is_at(last); }));
    kill(*subscriber);
    EXPECT_THAT(rest_of(*subscriber), IsEmpty());
  }
  EXPECT_GE(lines.size(), 240U);
  EXPECT_EQ(heads(lines), journal_heads("gold"));
}

TEST_F(SubscriberTest, KilledInTheMiddleItLosesNothing) {
  write_config("gold");
  const auto host = start_host("gold");
  // More than fits into the pipe, so that it cannot have printed everything when it is killed.
  ASSERT_TRUE(call(*host, 2000));
  const std::vector<std::string> held = journal_heads("gold");
  std::uint64_t printed = 0;
  {
    const auto subscriber = subscribe("gold");
    printed = sequence_of(read_through(*subscriber, 100).back());
    kill(*subscriber);
    for (const std::string& line : rest_of(*subscriber)) printed = sequence_of(line);
  }
  ASSERT_LT(printed, held.size()) << "it was to be killed in the middle";
  const auto subscriber = subscribe("gold");
  const std::vector<std::string> lines = heads(read_through(*subscriber, held.size()));
  ASSERT_FALSE(lines.empty());
  const std::uint64_t first = sequence_of(lines.front());
  EXPECT_LE(first, printed + 1) << "only what was printed may be left out";
  EXPECT_EQ(lines, std::vector(held.begin() + static_cast<std::ptrdiff_t>(first) - 1, held.end()));
}

TEST_F(SubscriberTest, TellsAGapWhereTheJournalIsDamaged) {
  write_config("gold");
  {
    const auto host = start_host("gold");
    ASSERT_TRUE(call(*host, 400));  // more than one block
    ASSERT_EQ(host->finish(), 0);
  }
  const fs::path segment = in_folder("gold.journal/00000000000000000001.hwj");
  const std::size_t at = read_file(segment).find("publish_service", 16 * 1024);
  ASSERT_NE(at, std::string::npos);
  std::fstream(segment, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(at))
      .put('X');

  const auto host = start_host("gold");
  const Ended told = run({"journal", "cat", journal("gold"), "-o", "json"});
  ASSERT_EQ(told.code, 6) << "the journal is to have a gap";
  const std::vector<Value> events = values_of(told.output);
  const auto gap = std::find_if(events.begin(), events.end(),
                                [](const Value& event) { return event.find("gap") != nullptr; });
  ASSERT_NE(gap, events.end());
  const std::uint64_t first = number_in(*gap->find("gap"), "first");
  const std::uint64_t last = number_in(*gap->find("gap"), "last");

  const auto subscriber = subscribe("gold");
  const std::vector<std::string> lines = read_through(*subscriber, number_in(events.back(), "seq"));
  ASSERT_EQ(lines.size(), events.size());
  const std::string& line = lines[static_cast<std::size_t>(gap - events.begin())];
  EXPECT_THAT(line, HasSubstr("gap " + std::to_string(first) + " to " + std::to_string(last) +
                              " of nas01@gold"));
  EXPECT_EQ(heads(lines).size() + (last - first + 1), number_in(events.back(), "seq"))
      << "every event is printed or in the gap";
}

}  // namespace
}  // namespace hookwire::testing

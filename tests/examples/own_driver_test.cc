#include "hookwire/schemas/json.h"

#include "examples_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OwnDriverTest : public ExamplesTest {
 protected:
  /// The events of its calls.
  std::vector<Value> calls() const {
    std::vector<Value> events = values_of(journal_lines("lamps"));
    std::erase_if(events, [](const Value& event) { return text_in(event, "method") != "dim"; });
    return events;
  }
  static std::vector<std::string> texts(const std::vector<Value>& events, std::string_view key) {
    std::vector<std::string> all;
    for (const Value& event : events) all.push_back(text_in(event, key));
    return all;
  }
};

TEST_F(OwnDriverTest, TellsWhatItsCallsDidAndWhereTheJournalIs) {
  const Ended ended = run_example("own_driver", {journal("lamps"), stream("lamps")});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  EXPECT_THAT(ended.output, ElementsAre("dim kitchen to 40 %: 320 lumen",
                                        "dim hall to 140 %: failed, hall has no such brightness",
                                        "dim attic to 0 %: 0 lumen", HasSubstr(journal("lamps"))));
}

TEST_F(OwnDriverTest, ItsJournalHoldsEachCallAndHowItEnded) {
  ASSERT_EQ(run_example("own_driver", {journal("lamps"), stream("lamps")}).code, 0);
  const std::vector<Value> events = calls();
  EXPECT_THAT(texts(events, "topic"),
              ElementsAre("pre/dim/host@lamps", "post/dim/host@lamps", "pre/dim/host@lamps",
                          "failure/dim/host@lamps", "pre/dim/host@lamps", "post/dim/host@lamps"));
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(to_json(*events[2].find("args")), R"({"room":"hall","percent":140})");
  EXPECT_EQ(text_in(*events[2].find("context"), "request_id"), "req-hall");
  EXPECT_EQ(text_in(events[2], "call_id"), text_in(events[3], "call_id"));
  EXPECT_EQ(text_in(*events[3].find("error"), "type"), "LampError");
  EXPECT_EQ(text_in(events[3], "outcome"), "failure");
  EXPECT_EQ(number_in(events[1], "result"), 320U);
}

TEST_F(OwnDriverTest, ASecondRunGoesOnInTheSameJournal) {
  for (int run = 0; run < 2; ++run) {
    ASSERT_EQ(run_example("own_driver", {journal("lamps"), stream("lamps")}).code, 0);
  }
  const std::vector<Value> events = values_of(journal_lines("lamps"));
  EXPECT_EQ(sequences_of(events), range_of(1, events.size()));
  EXPECT_EQ(calls().size(), 12U);
}

TEST_F(OwnDriverTest, SaysWhyItCannotStart) {
  const Ended ended = run_example("own_driver", {journal("lamps"), "ipc:/lamps"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.messages, HasSubstr("ipc:/lamps"));
}

}  // namespace
}  // namespace hookwire::testing

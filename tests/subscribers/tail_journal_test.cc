#include <thread>

#include <nlohmann/json.hpp>

#include "hookwire/base/error.h"
#include "hookwire/journal/journal_writer.h"

#include "subscribers/tail_fixture.h"
#include "support/eventually.h"

// The tail commands on a journal's folder.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class TailJournalTest : public TailTest {
 protected:
  TailJournalTest() {
    options_.journal = journal();
    options_.once = true;
  }
  JournalWriter writer_{files_, clock_, {.folder = journal(), .segment_bytes = 1 << 20}};
};

TEST_F(TailJournalTest, PrintsWhatIsThereAndEnds) {
  for (int n = 0; n < 3; ++n) append_event(writer_, {});
  EXPECT_EQ(run(), 0);
  ASSERT_THAT(lines(), SizeIs(3));
  EXPECT_THAT(lines()[0], HasSubstr("create_share"));
}

TEST_F(TailJournalTest, PrintsJson) {
  append_event(writer_, {.user = "bob"});
  options_.print.format = OutputFormat::json;
  EXPECT_EQ(run(cat_journal), 0);
  const auto event = nlohmann::json::parse(lines().at(0));
  EXPECT_EQ(event.at("seq"), 1);
  EXPECT_EQ(event.at("context").at("user_id"), "bob");
}

TEST_F(TailJournalTest, BeginsAtTheSequenceTimeOrEndItIsGiven) {
  for (std::int64_t n = 1; n <= 5; ++n) append_event(writer_, {.time_ns = n * 1'000'000'000});
  options_.start = {.from = StreamStart::From::sequence, .sequence = 4};
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(2));
  options_.start = {.from = StreamStart::From::time, .time_ns = 3'000'000'000};
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(2 + 3));
  options_.start = {.from = StreamStart::From::latest};
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(5));
}

TEST_F(TailJournalTest, RefusesToBeginInAnotherJournal) {
  options_.start = {.from = StreamStart::From::sequence, .sequence = 4, .journal_id = 1};
  EXPECT_THROW(run(), Error);
}

TEST_F(TailJournalTest, SaysThatNothingMatched) {
  append_event(writer_, {});
  options_.filter.users = {"bob"};
  EXPECT_EQ(run(), 1);
  options_.filter.users = {"alice"};
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(1));
}

TEST_F(TailJournalTest, StopsAtTheCount) {
  for (int n = 0; n < 10; ++n) append_event(writer_, {});
  options_.count = 4;
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(4));
}

TEST_F(TailJournalTest, PrintsAGapForABodyThatIsNoEvent) {
  append_event(writer_, {});
  writer_.append({.kind = 2, .topic = "post/x/nas01@gold", .body = {}});
  append_event(writer_, {});
  EXPECT_EQ(run(), 6);
  ASSERT_THAT(lines(), SizeIs(3));
  EXPECT_THAT(lines()[1], HasSubstr("gap nas01@gold: events 2..2"));
}

TEST_F(TailJournalTest, PairsCallsOnOneLine) {
  append_event(writer_, {.phase = Phase::pre, .call_id = "a"});
  append_event(writer_, {.phase = Phase::pre, .call_id = "b"});
  append_event(writer_, {.phase = Phase::failure, .call_id = "a"});
  options_.print = {.format = OutputFormat::json, .calls = true};
  EXPECT_EQ(run(), 0);
  ASSERT_THAT(lines(), SizeIs(2));
  const auto paired = nlohmann::json::parse(lines()[0]).at("call");
  EXPECT_EQ(paired.at("pre").at("seq"), 1);
  EXPECT_EQ(paired.at("terminal").at("seq"), 3);
  EXPECT_EQ(nlohmann::json::parse(lines()[1]).at("call").at("pre").at("call_id"), "b");
}

TEST_F(TailJournalTest, PairsFailedCallsWithTheirPreThatDidNotFail) {
  append_event(writer_, {.phase = Phase::pre, .call_id = "a"});
  append_event(writer_, {.phase = Phase::failure, .call_id = "a"});
  append_event(writer_, {.phase = Phase::pre, .call_id = "b"});
  append_event(writer_, {.phase = Phase::post, .call_id = "b"});
  options_.filter.failed = true;
  options_.print = {.format = OutputFormat::json, .calls = true};
  EXPECT_EQ(run(), 0);
  ASSERT_THAT(lines(), SizeIs(1));
  EXPECT_TRUE(nlohmann::json::parse(lines()[0]).at("call").contains("pre"));
}

TEST_F(TailJournalTest, NamesThePreEventInACloudEvent) {
  append_event(writer_, {.phase = Phase::pre, .call_id = "a"});
  append_event(writer_, {.phase = Phase::post, .call_id = "a"});
  options_.print.format = OutputFormat::cloudevents;
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(nlohmann::json::parse(lines().at(1)).at("causationid"), "1");
}

TEST_F(TailJournalTest, RefusesOptionsThatDoNotGoTogether) {
  options_.endpoints = {endpoint()};
  EXPECT_THROW(run(), Error);
  options_.endpoints.clear();
  options_.journal.clear();
  EXPECT_THROW(run(), Error);
  options_.journal = journal();
  options_.print = {.format = OutputFormat::cloudevents, .calls = true};
  EXPECT_THROW(run(), Error);
}

TEST_F(TailJournalTest, FollowsALiveJournalUntilItIsStopped) {
  options_.once = false;
  std::stop_source stop;
  int code = -1;
  std::jthread running([&] { code = run(tail, stop.get_token()); });
  append_event(writer_, {});
  EXPECT_TRUE(eventually([&] { return lines().size() == 1; }));
  append_event(writer_, {});
  EXPECT_TRUE(eventually([&] { return lines().size() == 2; }));
  stop.request_stop();
  running.join();
  EXPECT_EQ(code, 0);
}

TEST_F(TailJournalTest, WaitsForTheFirstMatch) {
  options_.filter.users = {"bob"};
  options_.timeout = 20s;
  append_event(writer_, {.user = "alice"});
  append_event(writer_, {.user = "bob"});
  append_event(writer_, {.user = "bob"});
  EXPECT_EQ(run(wait_for_event), 0);
  EXPECT_THAT(lines(), SizeIs(1));
  options_.quiet = true;
  EXPECT_EQ(run(wait_for_event), 0);
  EXPECT_THAT(lines(), SizeIs(1)) << "quiet prints nothing";
}

TEST_F(TailJournalTest, TimesOut) {
  options_.timeout = 30ms;
  options_.once = false;
  EXPECT_EQ(run(wait_for_event), 4);
  options_.count = 1;
  EXPECT_EQ(run(tail), 4);
  options_.count = 0;
  EXPECT_EQ(run(tail), 0) << "nothing was asked for that did not come";
}

TEST_F(TailJournalTest, SaysWhenItCannotPrint) {
  append_event(writer_, {});
  std::ostream broken(nullptr);
  std::ostream err(&err_);
  EXPECT_EQ(tail({files_, clock_, log_, broken, err}, options_, {}), 3);
}

TEST_F(TailJournalTest, RefusesAFolderThatHoldsNoJournal) {
  options_.journal = folder_.path();
  EXPECT_THROW(run(), Error);
}

}  // namespace
}  // namespace hookwire::testing

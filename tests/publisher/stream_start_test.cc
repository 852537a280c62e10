#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StreamStarts : public StreamTest {};

TEST_F(StreamStarts, WelcomeSaysWhatTheJournalHolds) {
  append_many(5);
  const std::uint64_t session = open("a", kEarliest);

  const auto welcomes = all<Welcome>("a");
  ASSERT_EQ(welcomes.size(), 1U);
  const Welcome& welcome = welcomes.front();
  EXPECT_NE(session, 0U);
  EXPECT_EQ(welcome.version, kStreamVersion);
  EXPECT_EQ(welcome.publisher, "nas01@gold");
  EXPECT_EQ(welcome.journal_id, writer_->journal_id());
  EXPECT_EQ(welcome.position.epoch, writer_->epoch());
  EXPECT_EQ(welcome.position.first, 1U);
  EXPECT_EQ(welcome.position.last, 5U);
  EXPECT_EQ(welcome.position.durable, 0U) << "nothing was synced";
  EXPECT_EQ(welcome.start, 1U);
  EXPECT_EQ(welcome.heartbeat_ms, 1000U);
}

TEST_F(StreamStarts, EarliestGetsEverythingHeld) {
  append_many(2000);
  open("a", kEarliest, {.credit_bytes = kMaxCreditBytes});
  EXPECT_EQ(records("a"), range_of(1, 2000));
}

TEST_F(StreamStarts, LatestGetsWhatIsAppendedFromThenOn) {
  append_many(3);
  open("a", kLatest);
  EXPECT_THAT(records("a"), IsEmpty());

  append_many(2);
  settle();
  EXPECT_THAT(records("a"), ElementsAre(4, 5));
}

TEST_F(StreamStarts, AnEmptyJournalIsFollowedFromItsFirstRecord) {
  open("a", kEarliest);
  open("b", kLatest);
  append_many(2);
  settle();
  EXPECT_THAT(records("a"), ElementsAre(1, 2));
  EXPECT_THAT(records("b"), ElementsAre(1, 2));
}

TEST_F(StreamStarts, SequenceStartsThere) {
  append_many(10);
  open("a", at(8, writer_->journal_id(), writer_->epoch()));
  EXPECT_THAT(records("a"), ElementsAre(8, 9, 10));
}

TEST_F(StreamStarts, TheSequenceBehindTheLastWaitsForIt) {
  append_many(10);
  open("a", at(11, writer_->journal_id(), writer_->epoch()));
  EXPECT_THAT(all<RolledBack>("a"), IsEmpty());
  append();
  settle();
  EXPECT_THAT(records("a"), ElementsAre(11));
}

TEST_F(StreamStarts, TimeStartsAtTheFirstRecordNotBefore) {
  append_many(3);
  clock_.advance(std::chrono::seconds(10));
  const std::int64_t then = clock_.unix_ns();
  append_many(2);
  open("a", {.from = StreamStart::From::time, .time_ns = then});
  EXPECT_THAT(records("a"), ElementsAre(4, 5));
}

TEST_F(StreamStarts, ACursorNeverAcknowledgedStartsAtTheEarliest) {
  append_many(3);
  open("a", kCursor, {.name = "audit"});
  EXPECT_THAT(records("a"), ElementsAre(1, 2, 3));
}

TEST_F(StreamStarts, AnotherJournalStartsAtTheEarliestOfThisOne) {
  append_many(3);
  open("a", at(900, writer_->journal_id() + 1, 9));
  EXPECT_THAT(records("a"), ElementsAre(1, 2, 3));
  EXPECT_THAT(all<RolledBack>("a"), IsEmpty());
}

TEST_F(StreamStarts, ASequenceBeyondTheLastIsRolledBackFirst) {
  append_many(3);
  const std::uint64_t session = open("a", at(8, writer_->journal_id(), writer_->epoch()));

  const auto told = all<RolledBack>("a");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].session, session);
  EXPECT_EQ(told[0].last, 3U);
  EXPECT_EQ(all<Welcome>("a")[0].start, 4U);
  append();
  settle();
  EXPECT_THAT(records("a"), ElementsAre(4));
}

}  // namespace
}  // namespace hookwire::testing

#include "subscribers/client_driver.h"

// Within one journal: each event once, in order, and what cannot be had is a gap.

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(StreamClientTest, ResumesBehindWhatItHandedOn) {
  begin(1, 9);
  batch(1, 4);
  client().link_down(now_ns_, "the connection was lost");

  const StreamStart again = begin(5, 9).start;
  batch(5, 9);

  EXPECT_EQ(again.from, StreamStart::From::sequence);
  EXPECT_EQ(again.sequence, 5u);
  EXPECT_EQ(again.journal_id, kJournal);
  EXPECT_EQ(again.epoch, 1u);
  EXPECT_EQ(sink_.given(), numbers(1, 9));
}

TEST_F(StreamClientTest, ResumesBehindTheCursorOfAnEarlierLife) {
  cursors_.save(kEndpoint, {kJournal, 3, 41});
  const StreamStart start = open().start;
  EXPECT_EQ(start.sequence, 42u);
  EXPECT_EQ(start.journal_id, kJournal);
  EXPECT_EQ(start.epoch, 3u);
}

TEST_F(StreamClientTest, ResumesAtTheEndItFoundWhenItAskedForTheLatest) {
  options_.start.from = StreamStart::From::latest;
  begin(11, 10);
  client().link_down(now_ns_, "the connection was lost");
  EXPECT_EQ(open().start.sequence, 11u) << "what came meanwhile is not skipped";
}

TEST_F(StreamClientTest, CutsWhatABatchRepeats) {
  begin(1, 9);
  batch(1, 4);
  batch(3, 6);
  batch(1, 6);
  batch(7, 9);
  EXPECT_EQ(sink_.given(), numbers(1, 9));
  EXPECT_EQ(counters_.bad_replies, 0u);
}

TEST_F(StreamClientTest, AsksAgainWhenABatchSkips) {
  begin(1, 9);
  batch(1, 2);
  batch(5, 6);
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_EQ(sink_.given(), numbers(1, 2)) << "nothing out of order";
  EXPECT_EQ(counters_.bad_replies, 1u);

  EXPECT_EQ(begin(3, 9).start.sequence, 3u);
  batch(3, 9);
  EXPECT_EQ(sink_.given(), numbers(1, 9));
  EXPECT_EQ(counters_.gaps, 0u);
}

TEST_F(StreamClientTest, TellsAGapWhenThePublisherSkipsAgain) {
  begin(1, 6);
  batch(1, 2);
  batch(5, 6);
  begin(3, 6);
  batch(5, 6);
  EXPECT_THAT(sink_.given(), ElementsAre("1", "2", "gap 3..4", "5", "6"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("skipped"));
}

TEST_F(StreamClientTest, AsksAgainForARecordThatIsBadOnce) {
  begin(1, 6);
  auto bytes = records_bytes(1, 6);
  spoil_record(bytes, 3);
  batch_of(1, 6, bytes);
  EXPECT_EQ(sink_.given(), numbers(1, 3)) << "what is before it is good";
  EXPECT_EQ(client().state(), State::backoff);

  EXPECT_EQ(begin(4, 6).start.sequence, 4u);
  batch(4, 6);
  EXPECT_EQ(sink_.given(), numbers(1, 6));
  EXPECT_EQ(counters_.bad_records, 0u);
}

TEST_F(StreamClientTest, TellsAGapForARecordThatIsBadAgain) {
  begin(1, 8);
  auto bytes = records_bytes(1, 6);
  spoil_record(bytes, 3);
  batch_of(1, 6, bytes);
  begin(4, 8);
  bytes = records_bytes(4, 6);
  spoil_record(bytes, 0);
  batch_of(4, 6, bytes);
  batch(7, 8);

  EXPECT_THAT(sink_.given(), ElementsAre("1", "2", "3", "gap 4..6", "7", "8"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("bad record: "));
  EXPECT_EQ(counters_.bad_records, 1u);
  EXPECT_EQ(client().state(), State::streaming);
}

TEST_F(StreamClientTest, TellsAGapForTheVeryFirstRecordWhenItIsBadAgain) {
  for (int session = 0; session < 2; ++session) {
    begin(1, 4);
    auto bytes = records_bytes(1, 2);
    spoil_record(bytes, 0);
    batch_of(1, 2, bytes);
  }
  batch(3, 4);
  EXPECT_THAT(sink_.given(), ElementsAre("gap 1..2", "3", "4"));
}

TEST_F(StreamClientTest, RefusesABatchAboutNoSensibleRange) {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges{
      {0, 3}, {3, 2}, {1, ~std::uint64_t{0}}};
  for (const auto& [first, last] : ranges) {
    begin(1, 9);
    batch_of(first, last, {});
    EXPECT_EQ(client().state(), State::backoff) << first << ".." << last;
  }
  EXPECT_EQ(counters_.bad_replies, ranges.size());
  EXPECT_THAT(sink_.given(), IsEmpty());
}

TEST_F(StreamClientTest, BelievesNoSessionThatBeginsBeforeItsWelcomeSaid) {
  begin(3, 4);  // it said 1, and that was spoilt on the way
  batch(1, 4);
  EXPECT_THAT(sink_.given(), IsEmpty()) << "1 and 2 would be lost in silence";
  EXPECT_EQ(counters_.bad_replies, 1u);

  begin(1, 4);
  batch(1, 4);
  EXPECT_EQ(sink_.given(), numbers(1, 4));
}

TEST_F(StreamClientTest, HandsAGapOnInItsPlace) {
  begin(1, 9);
  reply(StreamGap{.session = kSession, .epoch = 1, .first = 1, .last = 4, .reason = "retention"});
  batch(5, 9);
  EXPECT_THAT(sink_.given(), ElementsAre("gap 1..4", "5", "6", "7", "8", "9"));
  EXPECT_EQ(sink_.gaps()[0].reason, "retention");
}

TEST_F(StreamClientTest, CutsWhatAGapRepeats) {
  begin(1, 9);
  batch(1, 4);
  reply(StreamGap{.session = kSession, .epoch = 1, .first = 3, .last = 6, .reason = "damaged"});
  reply(StreamGap{.session = kSession, .epoch = 1, .first = 5, .last = 6, .reason = "damaged"});
  EXPECT_THAT(sink_.given(), ElementsAre("1", "2", "3", "4", "gap 5..6"));
}

TEST_F(StreamClientTest, SavesTheCursorBehindAGap) {
  begin(1, 4);
  reply(StreamGap{.session = kSession, .epoch = 1, .first = 1, .last = 4, .reason = "retention"});
  commit();
  EXPECT_EQ(cursors_.of_endpoint(kEndpoint), (Cursor{kJournal, 1, 4}));
  EXPECT_EQ(sink_.caught_up_count, 1);
}

TEST_F(StreamClientTest, GoesOnIntoALaterEpoch) {
  begin(1, 6, 2);
  batch(1, 3, 1);
  batch(4, 6, 2);
  commit();
  EXPECT_EQ(sink_.given(), numbers(1, 6));
  EXPECT_EQ(cursors_.of_endpoint(kEndpoint), (Cursor{kJournal, 2, 6}));
}

TEST_F(StreamClientTest, AsksAgainWhenTheEpochGoesBack) {
  begin(1, 6, 2);
  batch(1, 3, 2);
  batch(4, 6, 1);
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_EQ(sink_.given(), numbers(1, 3));
}

TEST_F(StreamClientTest, TellsWhatWasRolledBackAndGoesOn) {
  cursors_.save(kEndpoint, {kJournal, 1, 100});
  begin(91, 95, 2);
  EXPECT_EQ(sink_.caught_up_count, 0) << "what was rolled back is still to come";
  reply(RolledBack{.session = kSession, .previous_epoch = 1, .epoch = 2, .last = 90});
  batch(91, 95, 2);
  commit();

  EXPECT_THAT(sink_.given(), ElementsAre("gap 91..100", "91", "92", "93", "94", "95"));
  EXPECT_EQ(sink_.gaps()[0].epoch, 1u);
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("rolled back"));
  EXPECT_EQ(cursors_.of_endpoint(kEndpoint), (Cursor{kJournal, 2, 95}));
  EXPECT_EQ(sink_.caught_up_count, 1);
}

TEST_F(StreamClientTest, IsCaughtUpAfterARollBackWithNothingBehindIt) {
  cursors_.save(kEndpoint, {kJournal, 1, 100});
  begin(91, 90, 2);
  reply(RolledBack{.session = kSession, .previous_epoch = 1, .epoch = 2, .last = 90});
  commit();
  EXPECT_THAT(sink_.given(), ElementsAre("gap 91..100"));
  EXPECT_EQ(sink_.caught_up_count, 1);
  client().link_down(now_ns_, "the connection was lost");
  EXPECT_EQ(open().start.sequence, 91u);
}

TEST_F(StreamClientTest, TellsARollBackThatThePublisherKeptToItself) {
  cursors_.save(kEndpoint, {kJournal, 1, 100});
  begin(91, 95, 2);
  batch(91, 95, 2);
  EXPECT_THAT(sink_.given(), ElementsAre("gap 91..100", "91", "92", "93", "94", "95"));
}

TEST_F(StreamClientTest, TellsNoGapForAStartBeyondTheEnd) {
  options_.start = {.from = StreamStart::From::sequence, .sequence = 5000};
  begin(101, 100);
  reply(RolledBack{.session = kSession, .previous_epoch = 1, .epoch = 1, .last = 100});
  batch(101, 102);
  EXPECT_EQ(sink_.given(), numbers(101, 102));
  EXPECT_EQ(counters_.gaps, 0u);
}

}  // namespace
}  // namespace hookwire::testing

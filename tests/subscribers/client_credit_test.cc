#include "subscribers/client_driver.h"

// Credit, commits, acknowledgements, and when all was caught up with.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(StreamClientTest, RaisesItsCreditWhenHalfOfItIsUsed) {
  options_.credit_bytes = 4 * kMinCreditBytes;
  begin(1, 10'000);
  const std::uint64_t size = record_bytes(1).size();
  std::uint64_t next = 1;
  std::uint64_t bytes = 0;
  while (bytes + 100 * size < options_.credit_bytes / 2) {
    batch(next, next + 99);
    next += 100;
    bytes += 100 * size;
  }
  EXPECT_THAT(sent<CreditRequest>(), IsEmpty());

  batch(next, next + 99);
  bytes += 100 * size;

  const auto credits = sent<CreditRequest>();
  ASSERT_EQ(credits.size(), 1u);
  EXPECT_EQ(credits[0].credit_bytes, bytes + options_.credit_bytes) << "absolute, since the open";
}

TEST_F(StreamClientTest, RaisesItsCreditBeforeItIsLessThanALargeRecordNeeds) {
  options_.credit_bytes = kMinCreditBytes;
  begin(1, 10'000);
  std::uint64_t bytes = 0;
  for (std::uint64_t next = 1; kMinCreditBytes - bytes > kMaxRecordBytes; ++next) {
    EXPECT_THAT(sent<CreditRequest>(), IsEmpty());
    batch(next, next);
    bytes += record_bytes(1).size();
  }
  EXPECT_THAT(sent<CreditRequest>(), SizeIs(1));
}

TEST_F(StreamClientTest, AsksForCreditNotOftenerThanThePublisherAllows) {
  options_.credit_bytes = kMinCreditBytes;
  begin(1, 30'000);
  std::size_t credits = 0;
  for (std::uint64_t n = 0; n < 100; ++n) {
    batch(n * 300 + 1, (n + 1) * 300);
    pass(2ms);
    credits += sent<CreditRequest>().size();
  }
  EXPECT_GE(credits, 8u);
  EXPECT_LE(credits, 11u) << "50 a second";
}

TEST_F(StreamClientTest, AsksForCreditAgainAfterARefusal) {
  begin(1, 10);
  reply(StreamError{.session = kSession, .code = StreamError::Code::too_many_requests});
  EXPECT_THAT(sent<CreditRequest>(), IsEmpty());
  pass(1s);
  EXPECT_EQ(sent<CreditRequest>().size(), 1u);
}

TEST_F(StreamClientTest, SavesItsCursorOnlyWhenTheSinkCommitted) {
  begin(1, 3);
  batch(1, 3);
  EXPECT_FALSE(cursors_.of_endpoint(kEndpoint));

  commit();

  EXPECT_EQ(cursors_.of_endpoint(kEndpoint), (Cursor{kJournal, 1, 3}));
}

TEST_F(StreamClientTest, AcknowledgesWhatWasCommittedUnderItsName) {
  options_.name = "audit";
  begin(1, 3);
  batch(1, 3);
  EXPECT_THAT(sent<AckRequest>(), IsEmpty());

  commit();

  const auto acks = sent<AckRequest>();
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].sequence, 3u);
  EXPECT_EQ(acks[0].epoch, 1u);
}

TEST_F(StreamClientTest, AcknowledgesNothingWithoutAName) {
  begin(1, 3);
  batch(1, 3);
  commit();
  pass(1s);
  EXPECT_THAT(sent<AckRequest>(), IsEmpty());
}

TEST_F(StreamClientTest, JoinsAcknowledgementsThatFollowEachOtherClosely) {
  options_.name = "audit";
  begin(1, 1000);
  std::vector<AckRequest> acks;
  for (std::uint64_t n = 1; n <= 1000; ++n) {
    batch(n, n);
    commit();
    pass(1ms);
    for (const AckRequest& ack : sent<AckRequest>()) acks.push_back(ack);
  }
  EXPECT_LE(acks.size(), 12u);
  pass(100ms);
  for (const AckRequest& ack : sent<AckRequest>()) acks.push_back(ack);
  ASSERT_FALSE(acks.empty());
  EXPECT_EQ(acks.back().sequence, 1000u) << "the last one is not forgotten";
}

TEST_F(StreamClientTest, IsCaughtUpWithAnEmptyJournalAtOnce) {
  begin(1, 0);
  EXPECT_EQ(sink_.caught_up_count, 1);
  EXPECT_TRUE(client().was_caught_up());
}

TEST_F(StreamClientTest, IsCaughtUpAtOnceWhenItBeginsAtTheEnd) {
  options_.start.from = StreamStart::From::latest;
  begin(11, 10);
  EXPECT_EQ(sink_.caught_up_count, 1);
}

TEST_F(StreamClientTest, IsCaughtUpWhenWhatTheWelcomeNamedIsCommitted) {
  begin(1, 4);
  batch(1, 3);
  commit();
  EXPECT_EQ(sink_.caught_up_count, 0);
  batch(4, 6);
  EXPECT_EQ(sink_.caught_up_count, 0) << "not committed yet";
  commit();
  EXPECT_EQ(sink_.caught_up_count, 1);
  batch(7, 7);
  commit();
  EXPECT_EQ(sink_.caught_up_count, 1) << "once a session";
}

TEST_F(StreamClientTest, IsCaughtUpByCoverageWhenTopicsAreSortedOut) {
  options_.topics = {"failure/"};
  begin(1, 50);
  batch_of(1, 20, {});
  commit();
  EXPECT_EQ(sink_.caught_up_count, 0);
  batch_of(21, 50, {});
  commit();
  EXPECT_EQ(sink_.caught_up_count, 1);
  EXPECT_EQ(cursors_.of_endpoint(kEndpoint)->sequence, 50u);
}

TEST_F(StreamClientTest, ComesBackToWhatWasCommittedWhenTheSinkFails) {
  begin(1, 9);
  batch(1, 3);
  commit();
  sink_.before_records = [] { throw std::runtime_error("disk full"); };
  EXPECT_THROW(batch(4, 6), std::runtime_error);
  client().forget_uncommitted(now_ns_);
  sink_.before_records = nullptr;

  EXPECT_EQ(begin(4, 9).start.sequence, 4u);
  batch(4, 9);
  EXPECT_EQ(sink_.given(), numbers(1, 9));
}

TEST_F(StreamClientTest, ForgetsNoEventsFromTheLatestWhenTheSinkFailsAtTheFirst) {
  options_.start.from = StreamStart::From::latest;
  begin(11, 10);
  sink_.before_records = [] { throw std::runtime_error("disk full"); };
  EXPECT_THROW(batch(11, 12), std::runtime_error);
  client().forget_uncommitted(now_ns_);

  const StreamStart again = open().start;
  EXPECT_EQ(again.from, StreamStart::From::sequence);
  EXPECT_EQ(again.sequence, 11u);
}

}  // namespace
}  // namespace hookwire::testing

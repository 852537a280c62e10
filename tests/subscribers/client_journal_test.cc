#include "subscribers/client_driver.h"

// When the journal behind an endpoint is another one.

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kOther = kJournal + 1;

TEST_F(StreamClientTest, FollowsAJournalThatReplacedAnotherFromItsEarliest) {
  begin(1, 4);
  batch(1, 4);
  commit();
  client().link_down(now_ns_, "the connection was lost");

  EXPECT_EQ(begin(1, 2, 1, kOther).start.journal_id, kJournal);
  batch_of(1, 2, records_bytes(1, 2, 1, kOther));
  commit();

  EXPECT_THAT(sink_.given(), ElementsAre("1", "2", "3", "4", "1", "2"));
  EXPECT_EQ(cursors_.of_endpoint(kEndpoint), (Cursor{kOther, 1, 2}));
}

TEST_F(StreamClientTest, OpensAgainBehindTheCursorOfAJournalItKnows) {
  cursors_.save("tcp://127.0.0.1:9", {kOther, 2, 40});
  begin(1, 50, 2, kOther);
  EXPECT_EQ(client().state(), State::backoff);

  const StreamStart again = begin(41, 50, 2, kOther).start;
  EXPECT_EQ(again.sequence, 41u);
  EXPECT_EQ(again.epoch, 2u);
  batch_of(41, 50, records_bytes(41, 50, 2, kOther), 2);
  EXPECT_EQ(sink_.given(), numbers(41, 50));
}

TEST_F(StreamClientTest, BelievesNoRecordOfTheJournalBefore) {
  begin(1, 4, 1, kOther);
  batch(1, 4);  // of kJournal
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_TRUE(sink_.given().empty());
}

TEST_F(StreamClientTest, EndsWhenAnotherEndpointServesTheSameJournal) {
  journals_[kJournal] = "tcp://127.0.0.1:9";
  begin(1, 4);
  EXPECT_EQ(client().state(), State::ended);
  EXPECT_TRUE(sink_.was_told("tcp://127.0.0.1:9"));
  EXPECT_TRUE(log_.contains("give each publisher once"));
}

TEST_F(StreamClientTest, FreesAJournalThatItsEndpointDoesNotServeAnyMore) {
  begin(1, 4);
  client().link_down(now_ns_, "the connection was lost");
  begin(1, 4, 1, kOther);
  EXPECT_FALSE(journals_.contains(kJournal));
  EXPECT_EQ(journals_[kOther], kEndpoint);
}

}  // namespace
}  // namespace hookwire::testing

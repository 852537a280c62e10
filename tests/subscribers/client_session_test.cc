#include "subscribers/client_driver.h"

// How a session begins, lives and ends.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(StreamClientTest, WantsALinkAtOnceAndOpensWhenItStands) {
  options_.name = "audit";
  options_.topics = {"failure/"};
  EXPECT_EQ(client().attempt(), 0u);

  pass(0ns);
  EXPECT_EQ(client().state(), State::connecting);
  EXPECT_EQ(client().attempt(), 1u);
  EXPECT_THAT(client().take_requests(), IsEmpty());

  client().link_up(now_ns_);
  EXPECT_EQ(client().state(), State::opening);
  const auto opens = sent<OpenRequest>();
  ASSERT_EQ(opens.size(), 1u);
  EXPECT_EQ(opens[0].name, "audit");
  EXPECT_EQ(opens[0].start.from, StreamStart::From::earliest);
  EXPECT_THAT(opens[0].topics, ElementsAre("failure/"));
  EXPECT_EQ(opens[0].credit_bytes, options_.credit_bytes);
}

TEST_F(StreamClientTest, StreamsAfterTheWelcome) {
  begin(1, 2);
  EXPECT_EQ(client().state(), State::streaming);
  EXPECT_EQ(sink_.connects, 1);

  batch(1, 2);

  EXPECT_EQ(sink_.given(), numbers(1, 2));
}

TEST_F(StreamClientTest, PausesAndTriesAgainWhenNobodyAnswers) {
  pass(0ns);
  client().link_down(now_ns_, "nobody answers there");
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_EQ(client().attempt(), 0u);
  EXPECT_THAT(sink_.reasons(), ElementsAre("nobody answers there"));

  pass(24ms);
  EXPECT_EQ(client().state(), State::backoff) << "the pause is 25 ms at least";
  pass(27ms);
  EXPECT_EQ(client().state(), State::connecting);
  EXPECT_EQ(client().attempt(), 2u);
  EXPECT_EQ(counters_.reconnects, 1u);
}

TEST_F(StreamClientTest, SaysWithEachOpenWhichClientAndWhichAttemptItIs) {
  const OpenRequest first = open();
  client().link_down(now_ns_, "the connection was lost");
  const OpenRequest second = open();
  EXPECT_NE(first.instance, 0u);
  EXPECT_EQ(second.instance, first.instance);
  EXPECT_GT(second.attempt, first.attempt);
}

TEST_F(StreamClientTest, SaysOnceThatAnEndpointStaysAway) {
  for (int n = 0; n < 5; ++n) {
    pass(10s);
    client().link_down(now_ns_, "nobody answers there");
  }
  EXPECT_EQ(sink_.reasons().size(), 1u);
}

TEST_F(StreamClientTest, PausesLongerFromAttemptToAttemptAndBrieflyAfterProgress) {
  for (int n = 0; n < 10; ++n) {
    pass(10s);
    client().link_down(now_ns_, "nobody answers there");
  }
  EXPECT_GE(client().next_turn_ns() - now_ns_, std::chrono::nanoseconds(2500ms).count());

  begin(1, 1);
  batch(1, 1);
  client().link_down(now_ns_, "the connection was lost");
  EXPECT_LE(client().next_turn_ns() - now_ns_, std::chrono::nanoseconds(50ms).count());
}

TEST_F(StreamClientTest, GivesUpASilentPublisherInEveryState) {
  options_.silence = 5s;
  pass(0ns);
  pass(2500ms);
  pass(2500ms);
  EXPECT_EQ(client().state(), State::backoff) << "while connecting";

  open();
  pass(2500ms);
  pass(2500ms);
  EXPECT_EQ(client().state(), State::backoff) << "while opening";

  begin(1, 0);
  pass(2500ms);
  pass(2499ms);
  EXPECT_EQ(client().state(), State::streaming);
  pass(1ms);
  EXPECT_EQ(client().state(), State::backoff) << "while streaming";
  EXPECT_TRUE(sink_.was_told("nothing came for 5000 ms"));
}

TEST_F(StreamClientTest, DoesNotTakeItsOwnSleepForSilence) {
  options_.silence = 5s;
  begin(1, 2);
  EXPECT_LE(client().next_turn_ns() - now_ns_, 2'500'000'000) << "a turn twice a silence";
  pass(60s);  // a stopped process
  EXPECT_EQ(client().state(), State::streaming);
  batch(1, 2);
  EXPECT_THAT(sink_.given(), SizeIs(2));
  pass(2500ms);
  pass(2500ms);
  EXPECT_EQ(client().state(), State::backoff) << "a publisher that stays silent is given up";
}

TEST_F(StreamClientTest, PingsSoThatItDoesNotExpire) {
  begin(1, 0);
  pass(999ms);
  EXPECT_THAT(sent<PingRequest>(), IsEmpty());
  pass(1ms);
  const auto pings = sent<PingRequest>();
  ASSERT_EQ(pings.size(), 1u);
  EXPECT_EQ(pings[0].session, kSession);
}

TEST_F(StreamClientTest, IgnoresRepliesOfAnotherSession) {
  begin(1, 2);
  const std::uint64_t other = kSession + 1;
  reply(Batch{.session = other, .epoch = 1, .first = 1, .last = 2, .count = 2},
        records_bytes(1, 2));
  reply(Displaced{.session = other});
  reply(Closing{.session = other, .last = 2});
  reply(StreamError{.session = other, .code = StreamError::Code::unknown_session});
  EXPECT_THAT(sink_.given(), IsEmpty());
  EXPECT_EQ(client().state(), State::streaming);
}

TEST_F(StreamClientTest, IgnoresBatchesBeforeTheWelcome) {
  open();
  batch(1, 2);
  reply(Batch{.session = 0, .epoch = 1, .first = 1, .last = 1, .count = 1}, records_bytes(1, 1));
  EXPECT_THAT(sink_.given(), IsEmpty());
  EXPECT_EQ(client().state(), State::opening);
}

TEST_F(StreamClientTest, MakesTheConnectionAnewAfterWhatIsNoReply) {
  begin(1, 2);
  const std::vector<std::byte> garbage(40, std::byte{0xc1});
  const std::vector<StreamClient::Frame> frames{garbage};
  client().receive(now_ns_, frames);
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_EQ(counters_.bad_replies, 1u);
  EXPECT_TRUE(sink_.was_told("bad reply"));
}

TEST_F(StreamClientTest, MakesTheConnectionAnewAfterABatchWithoutRecordsFrame) {
  begin(1, 2);
  reply(Batch{.session = kSession, .epoch = 1, .first = 1, .last = 2, .count = 2});
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_EQ(counters_.bad_replies, 1u);
}

TEST_F(StreamClientTest, RefusesAnotherVersion) {
  open();
  Welcome newer = welcome(1, 2);
  newer.version = 2;
  reply(newer);
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_TRUE(sink_.was_told("only 1 is spoken"));
}

TEST_F(StreamClientTest, RefusesAWelcomeThatNamesNothing) {
  for (int n = 0; n < 3; ++n) {
    open();
    Welcome empty = welcome(1, 2);
    if (n == 0) empty.session = 0;
    if (n == 1) empty.journal_id = 0;
    if (n == 2) empty.start = 0;
    reply(empty);
    EXPECT_EQ(client().state(), State::backoff);
  }
  EXPECT_EQ(counters_.bad_replies, 3u);
}

TEST_F(StreamClientTest, EndsWhenItIsDisplaced) {
  options_.name = "audit";
  begin(1, 2);
  reply(Displaced{.session = kSession});
  EXPECT_EQ(client().state(), State::ended);
  EXPECT_TRUE(sink_.was_told("\"audit\""));

  pass(1h);
  EXPECT_EQ(client().attempt(), 0u) << "it does not come back";
}

TEST_F(StreamClientTest, ComesBackAfterThePublisherStopped) {
  begin(1, 2);
  batch(1, 2);
  reply(Closing{.session = kSession, .last = 2});
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_THAT(sink_.reasons(), ElementsAre("publisher stopped"));

  const OpenRequest again = open();
  EXPECT_EQ(again.start.sequence, 3u);
}

TEST_F(StreamClientTest, OpensAgainWhenItsSessionIsNotKnown) {
  begin(1, 2);
  reply(StreamError{
      .session = kSession, .code = StreamError::Code::unknown_session, .message = "open again"});
  EXPECT_EQ(client().state(), State::backoff);
  open();
  EXPECT_EQ(client().state(), State::opening);
}

TEST_F(StreamClientTest, TriesAgainLaterWhenItIsRefused) {
  open();
  reply(StreamError{.session = 0,
                    .code = StreamError::Code::too_many_sessions,
                    .message = "there are 64 sessions"});
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_THAT(sink_.reasons(), ElementsAre(HasSubstr("too_many_sessions")));
}

TEST_F(StreamClientTest, StaysWhenOneRequestIsRefused) {
  begin(1, 2);
  reply(StreamError{
      .session = kSession, .code = StreamError::Code::bad_value, .message = "ack.sequence"});
  EXPECT_EQ(client().state(), State::streaming);
  EXPECT_TRUE(log_.contains("ack.sequence"));
}

TEST_F(StreamClientTest, NoticesWithinTwoHeartbeatsThatTheLastEventWasLost) {
  begin(1, 2);
  batch(1, 2);
  pass(1s);
  heartbeat(3);
  EXPECT_EQ(client().state(), State::streaming);
  pass(1s);
  heartbeat(3);
  EXPECT_EQ(client().state(), State::backoff);
  EXPECT_TRUE(sink_.was_told("through 3"));
  EXPECT_EQ(open().start.sequence, 3u);
}

TEST_F(StreamClientTest, DoesNotMistakeASlowBatchForALostOne) {
  begin(1, 2);
  batch(1, 2);
  pass(1s);
  heartbeat(4);
  batch(3, 3);
  pass(1s);
  heartbeat(4);
  EXPECT_EQ(client().state(), State::streaming);
}

TEST_F(StreamClientTest, TakesHeartbeatsThatWaitedForItTogetherForOne) {
  begin(1, 2);
  pass(10s);  // a stopped process, for which there was no more credit
  batch(1, 2);
  for (int n = 0; n < 9; ++n) heartbeat(4);
  EXPECT_EQ(client().state(), State::streaming);
  batch(3, 4);
  EXPECT_EQ(sink_.given(), numbers(1, 4));
}

TEST_F(StreamClientTest, ClosesItsSession) {
  begin(1, 0);
  client().close();
  EXPECT_EQ(sent<CloseRequest>().size(), 1u);
}

}  // namespace
}  // namespace hookwire::testing

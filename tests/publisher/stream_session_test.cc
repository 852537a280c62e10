#include "stream_test.h"

namespace hookwire::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StreamSessions : public StreamTest {};

TEST_F(StreamSessions, EveryMessageCarriesTheSessionsNumber) {
  append_many(10);
  const std::uint64_t a = open("a", kEarliest);
  const std::uint64_t b = open("b", kEarliest);
  EXPECT_NE(a, b);
  clock_.advance(seconds(1));
  settle();
  server().close();
  for (const auto& [peer, session] : {std::pair("a", a), std::pair("b", b)}) {
    for (const Delivered& one : transport_.sent[peer]) {
      std::visit([&](const auto& reply) { EXPECT_EQ(reply.session, session); }, one.reply);
    }
    EXPECT_THAT(all<Batch>(peer), SizeIs(1));
    EXPECT_THAT(all<Heartbeat>(peer), SizeIs(1));
    EXPECT_THAT(all<Closing>(peer), SizeIs(1));
  }
}

TEST_F(StreamSessions, AnIdleSessionGetsAHeartbeatEachSecond) {
  append_many(4);
  open("a", kEarliest);
  for (int n = 0; n < 5; ++n) {
    clock_.advance(milliseconds(999));
    settle();
    EXPECT_THAT(all<Heartbeat>("a"), SizeIs(n));
    clock_.advance(milliseconds(1));
    settle();
    ASSERT_THAT(all<Heartbeat>("a"), SizeIs(n + 1));
  }
  EXPECT_EQ(all<Heartbeat>("a").back().position.last, 4U);
}

TEST_F(StreamSessions, ABusySessionGetsNone) {
  open("a", kEarliest);
  for (int n = 0; n < 20; ++n) {
    append();
    clock_.advance(milliseconds(500));
    settle();
  }
  EXPECT_THAT(all<Heartbeat>("a"), IsEmpty());
}

TEST_F(StreamSessions, ASilentClientExpiresAndMustOpenAgain) {
  const std::uint64_t session = open("a", kEarliest);
  clock_.advance(limits_.silence);
  settle();
  EXPECT_THAT(server().status().sessions, SizeIs(1));

  clock_.advance(milliseconds(1));
  settle();
  EXPECT_THAT(server().status().sessions, IsEmpty());
  EXPECT_EQ(server().status().expired_sessions, 1U);
  ask("a", PingRequest{.session = session});
  settle();
  EXPECT_THAT(refusals("a"), ElementsAre(StreamError::Code::unknown_session));
}

TEST_F(StreamSessions, APingKeepsASessionAlive) {
  const std::uint64_t session = open("a", kEarliest);
  for (int n = 0; n < 10; ++n) {
    clock_.advance(seconds(20));
    ask("a", PingRequest{.session = session});
    settle();
  }
  EXPECT_THAT(server().status().sessions, SizeIs(1));
}

TEST_F(StreamSessions, CloseEndsItWithoutAWord) {
  const std::uint64_t session = open("a", kEarliest);
  ask("a", CloseRequest{.session = session});
  append();
  settle();
  EXPECT_THAT(server().status().sessions, IsEmpty());
  EXPECT_THAT(records("a"), IsEmpty());
}

TEST_F(StreamSessions, ASecondOpenOfTheSamePeerReplacesItsSession) {
  append_many(3);
  const std::uint64_t first = open("a", kEarliest);
  const std::uint64_t second = open("a", kEarliest);
  EXPECT_NE(first, second);
  EXPECT_THAT(server().status().sessions, SizeIs(1));
  EXPECT_EQ(server().status().displaced_sessions, 0U);
}

TEST_F(StreamSessions, ASecondOpenOfTheSamePeerUnderItsNameDisplacesNobody) {
  open("a", kEarliest, {.name = "audit"});
  const std::uint64_t second = open("a", kEarliest, {.name = "audit"});
  EXPECT_THAT(all<Displaced>("a"), IsEmpty());
  EXPECT_EQ(server().status().displaced_sessions, 0U);
  ASSERT_THAT(server().status().sessions, SizeIs(1));
  EXPECT_EQ(server().status().sessions[0].session, second);
}

TEST_F(StreamSessions, ASecondClientOfANameDisplacesTheFirst) {
  const std::uint64_t first = open("a", kLatest, {.name = "audit"});
  open("b", kLatest, {.name = "audit"});
  append();
  settle();

  const auto told = all<Displaced>("a");
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].session, first);
  EXPECT_THAT(records("a"), IsEmpty());
  EXPECT_THAT(records("b"), ElementsAre(1));
  EXPECT_EQ(server().status().displaced_sessions, 1U);
}

TEST_F(StreamSessions, AnEarlierOpenThatComesLateDisplacesNoLaterOneOfTheSameClient) {
  const std::uint64_t session =
      open("new", kLatest, {.name = "audit", .instance = 7, .attempt = 2});
  EXPECT_EQ(open("old", kLatest, {.name = "audit", .instance = 7, .attempt = 1}), 0U);
  append();
  settle();
  EXPECT_THAT(refusals("old"), ElementsAre(StreamError::Code::bad_value));
  EXPECT_THAT(all<Displaced>("new"), IsEmpty());
  EXPECT_THAT(records("new"), ElementsAre(1));
  ASSERT_THAT(server().status().sessions, SizeIs(1));
  EXPECT_EQ(server().status().sessions[0].session, session);
}

TEST_F(StreamSessions, ALaterOpenOfTheSameClientTakesItsPlace) {
  open("old", kLatest, {.name = "audit", .instance = 7, .attempt = 2});
  EXPECT_NE(open("new", kLatest, {.name = "audit", .instance = 7, .attempt = 3}), 0U);
  EXPECT_NE(open("other", kLatest, {.name = "audit", .instance = 8, .attempt = 1}), 0U);
  EXPECT_EQ(server().status().displaced_sessions, 2U);
  EXPECT_EQ(server().status().refused_requests, 0U);
}

TEST_F(StreamSessions, APeerThatIsGoneEndsItsSession) {
  open("a", kEarliest);
  transport_.gone.insert("a");
  clock_.advance(seconds(1));
  EXPECT_TRUE(server().step()) << "a session that ends is news";
  EXPECT_THAT(server().status().sessions, IsEmpty());
}

TEST_F(StreamSessions, AFullPeerIsTriedAgainAndMissesNothing) {
  open("a", kEarliest, {.credit_bytes = kMaxCreditBytes});
  transport_.full.insert("a");
  append_many(1000);
  settle();
  const int attempts = transport_.attempts["a"];
  settle();
  EXPECT_EQ(transport_.attempts["a"], attempts) << "tried again at once";
  EXPECT_LE(server().idle_for(), milliseconds(1));

  transport_.full.clear();
  clock_.advance(milliseconds(1));
  settle();
  EXPECT_EQ(records("a"), range_of(1, 1000));
}

TEST_F(StreamSessions, AFullPeerHoldsUpNobodyElse) {
  open("a", kEarliest, {.credit_bytes = kMaxCreditBytes});
  open("b", kEarliest, {.credit_bytes = kMaxCreditBytes});
  transport_.full.insert("a");
  append_many(5000);
  settle();
  EXPECT_EQ(records("b"), range_of(1, 5000));
  EXPECT_LE(buffers_.outstanding(), 3U) << "a peer that takes nothing holds one batch";
}

TEST_F(StreamSessions, OneFarBehindDoesNotStarveTheLiveOnes) {
  append_many(20'000);
  open("live", kLatest, {.credit_bytes = kMaxCreditBytes});
  ask("behind", OpenRequest{.start = kEarliest, .credit_bytes = kMaxCreditBytes});
  server().step();
  ASSERT_LT(covered("behind"), 20'000U) << "the replay is over before the test begins";

  append();
  server().step();
  EXPECT_THAT(records("live"), ElementsAre(20'001));
  EXPECT_LT(covered("behind"), 20'001U);
  settle();
  EXPECT_EQ(records("behind"), range_of(1, 20'001));
}

TEST_F(StreamSessions, OneStepDoesABoundedShare) {
  append_many(20'000);
  ask("a", OpenRequest{.start = kEarliest, .credit_bytes = kMaxCreditBytes});
  server().step();
  EXPECT_LE(all<Batch>("a").size(), static_cast<std::size_t>(StreamServer::kChunksPerTurn));

  for (int n = 0; n < 200; ++n) ask("b", PingRequest{.session = 1});
  server().step();
  EXPECT_EQ(transport_.incoming.size(), 200U - StreamServer::kRequestsPerStep);
}

TEST_F(StreamSessions, SessionsThatKeepUpShareTheirBuffers) {
  for (const char* peer : {"a", "b", "c", "d"}) open(peer, kLatest);
  append_many(100);
  settle();
  for (const char* peer : {"a", "b", "c", "d"}) EXPECT_EQ(records(peer), range_of(1, 100));
  EXPECT_LE(buffers_.outstanding(), 1U);
}

TEST_F(StreamSessions, ClosingSaysHowFarEachOneGot) {
  append_many(10);
  open("a", kEarliest);
  open("b", kEarliest, {.topics = {"failure/"}});
  server().close();
  EXPECT_EQ(all<Closing>("a").at(0).last, 10U);
  EXPECT_EQ(all<Closing>("b").at(0).last, 10U);
  EXPECT_EQ(covered("b"), 10U);
  EXPECT_THAT(server().status().sessions, IsEmpty());
}

TEST_F(StreamSessions, DrainedMeansThatEachOneHasEverything) {
  append_many(2000);
  EXPECT_TRUE(server().drained());
  open("a", kEarliest);
  EXPECT_FALSE(server().drained()) << "credit is lacking";
  ask("a", CreditRequest{.session = all<Welcome>("a")[0].session, .credit_bytes = kMaxCreditBytes});
  settle();
  EXPECT_TRUE(server().drained());
}

TEST_F(StreamSessions, StatusTellsWhatEachOneGot) {
  append_many(10);
  const std::uint64_t session = open("a", kEarliest, {.name = "audit"});
  ask("a", AckRequest{.session = session, .epoch = writer_->epoch(), .sequence = 7});
  settle();
  const RelayStatus status = server().status();
  EXPECT_EQ(status.first_sequence, 1U);
  EXPECT_EQ(status.last_sequence, 10U);
  ASSERT_THAT(status.sessions, SizeIs(1));
  EXPECT_EQ(status.sessions[0].session, session);
  EXPECT_EQ(status.sessions[0].name, "audit");
  EXPECT_EQ(status.sessions[0].position, 11U);
  EXPECT_EQ(status.sessions[0].acknowledged, 7U);
  EXPECT_EQ(status.sessions[0].sent_records, 10U);
  EXPECT_GT(status.sessions[0].sent_bytes, 1000U);
}

}  // namespace
}  // namespace hookwire::testing

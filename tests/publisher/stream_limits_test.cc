#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Code = StreamError::Code;

class StreamLimitsTest : public StreamTest {};

TEST_F(StreamLimitsTest, AreWhatTheProtocolPromises) {
  const StreamLimits limits;
  EXPECT_EQ(limits.sessions, 64U);
  EXPECT_EQ(limits.requests_per_second, 100U);
  EXPECT_EQ(limits.heartbeat, std::chrono::seconds(1));
  EXPECT_EQ(limits.silence, std::chrono::seconds(30));
  EXPECT_EQ(kMaxTopicPrefixes, 16U);
  EXPECT_EQ(kMaxTopicPrefixBytes, 256U);
  EXPECT_EQ(kMaxRequestBytes, 4096U);
  EXPECT_EQ(kMinCreditBytes, 64U * 1024);
  EXPECT_EQ(kMaxCreditBytes, 4U * 1024 * 1024);
}

TEST_F(StreamLimitsTest, TheSixtyFifthSessionIsRefused) {
  for (int n = 0; n < 64; ++n) ASSERT_NE(open("peer" + std::to_string(n)), 0U);
  EXPECT_EQ(open("one more"), 0U);
  EXPECT_THAT(refusals("one more"), ElementsAre(Code::too_many_sessions));
  EXPECT_THAT(server().status().sessions, SizeIs(64));
  EXPECT_EQ(server().status().refused_requests, 1U);
}

TEST_F(StreamLimitsTest, OpeningAgainAndAgainFillsNoAllowance) {
  limits_.requests_per_second = 100;
  open("a", kEarliest);
  for (std::uint64_t n = 1; n <= 150; ++n) ask("a", OpenRequest{.start = at(n)});
  settle();
  EXPECT_THAT(refusals("a"), SizeIs(50)) << "each open looks up a place in the journal";
  EXPECT_THAT(refusals("a"), Each(Code::too_many_requests));
}

TEST_F(StreamLimitsTest, StrangersThatFloodKeepNobodyNewOut) {
  limits_.requests_per_second = 100;
  for (int n = 0; n < 10'000; ++n) {
    ask("stranger" + std::to_string(n % 10), PingRequest{.session = 7});
  }
  settle();
  EXPECT_EQ(server().status().refused_requests, 10'000U);
  EXPECT_NE(open("subscriber", kEarliest), 0U);
  EXPECT_THAT(refusals("subscriber"), IsEmpty());
}

TEST_F(StreamLimitsTest, AllNewcomersTogetherHaveAnAllowanceToo) {
  limits_.requests_per_second = 100;
  for (int n = 0; n < 5000; ++n) ask("new" + std::to_string(n), PingRequest{.session = 7});
  settle();
  EXPECT_THAT(refusals("new0"), ElementsAre(Code::unknown_session));
  EXPECT_THAT(refusals("new4999"), ElementsAre(Code::too_many_requests));
}

TEST_F(StreamLimitsTest, AcksUnderTheNumbersAndNamesOfOthersMoveNothing) {
  append_many(10);
  const std::uint64_t victim = open("a", kEarliest, {.name = "audit"});
  ask("a", AckRequest{.session = victim, .epoch = writer_->epoch(), .sequence = 4});
  const std::uint64_t own = open("b", kLatest, {.name = "other"});
  for (std::uint64_t n = 1; n <= 10; ++n) {
    ask("b", AckRequest{.session = victim, .epoch = writer_->epoch(), .sequence = n});
    ask("b", AckRequest{.session = victim + n, .epoch = writer_->epoch(), .sequence = n});
  }
  ask("b", AckRequest{.session = own, .epoch = writer_->epoch() + 1, .sequence = 10});
  ask("b", AckRequest{.session = own, .epoch = writer_->epoch(), .sequence = 11});
  settle();
  EXPECT_EQ(server().status().refused_requests, 21U) << "an old sequence is no wrong, only useless";
  ask("a", CloseRequest{.session = victim});
  open("c", kCursor, {.name = "audit"});
  EXPECT_EQ(all<Welcome>("c")[0].start, 5U);
  open("d", kCursor, {.name = "other"});
  EXPECT_EQ(all<Welcome>("d")[0].start, 1U);
}

}  // namespace
}  // namespace hookwire::testing

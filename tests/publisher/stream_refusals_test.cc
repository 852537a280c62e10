#include <algorithm>

#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Code = StreamError::Code;

class StreamRefusals : public StreamTest {
 protected:
  void expect_one(const std::string& peer, Code code) {
    settle();
    EXPECT_THAT(refusals(peer), ElementsAre(code));
    EXPECT_FALSE(all<StreamError>(peer).empty() || all<StreamError>(peer)[0].message.empty());
    EXPECT_EQ(server().status().refused_requests, 1U);
    EXPECT_THAT(server().status().sessions, IsEmpty());
  }
};

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

TEST_F(StreamRefusals, Garbage) {
  ask_raw("a", bytes_of("GET / HTTP/1.1"));
  expect_one("a", Code::malformed);
}

TEST_F(StreamRefusals, AnEmptyFrame) {
  ask_raw("a", {});
  expect_one("a", Code::malformed);
}

TEST_F(StreamRefusals, MoreFramesThanOne) {
  ask_raw("a", encode_request(OpenRequest{}), false);
  expect_one("a", Code::malformed);
}

TEST_F(StreamRefusals, ARequestAboveTheLimit) {
  ask_raw("a", std::vector<std::byte>(kMaxRequestBytes + 1));
  expect_one("a", Code::too_large);
}

TEST_F(StreamRefusals, AnUnknownType) {
  ask_raw("a", bytes_of("\x81\xa4type\xa5steal"));
  expect_one("a", Code::unknown_type);
}

TEST_F(StreamRefusals, AnotherVersion) {
  ask("a", OpenRequest{.version = 2});
  expect_one("a", Code::version);
}

TEST_F(StreamRefusals, ACursorWithoutAName) {
  std::vector<std::byte> frame = encode_request(OpenRequest{.name = "audit", .start = kCursor});
  const auto key = bytes_of("name");
  const auto found = std::search(frame.begin(), frame.end(), key.begin(), key.end());
  ASSERT_NE(found, frame.end());
  *found = std::byte{'N'};  // another key, which says nothing
  ask_raw("a", frame);
  expect_one("a", Code::bad_value);
}

TEST_F(StreamRefusals, ASessionThatNeverWas) {
  ask("a", CreditRequest{.session = 7, .credit_bytes = kMinCreditBytes});
  expect_one("a", Code::unknown_session);
  EXPECT_EQ(all<StreamError>("a")[0].session, 7U);
}

TEST_F(StreamRefusals, AnotherClientsSession) {
  append_many(3);
  const std::uint64_t session = open("a", kEarliest, {.name = "audit"});
  ask("b", AckRequest{.session = session, .epoch = writer_->epoch(), .sequence = 3});
  ask("b", CloseRequest{.session = session});
  settle();
  EXPECT_THAT(refusals("b"), ElementsAre(Code::unknown_session, Code::unknown_session));
  ASSERT_THAT(server().status().sessions, SizeIs(1));
  EXPECT_EQ(server().status().sessions[0].acknowledged, 0U);
}

TEST_F(StreamRefusals, OneSessionMoreThanAllowed) {
  limits_.sessions = 2;
  open("a");
  open("b");
  open("c");
  EXPECT_THAT(refusals("c"), ElementsAre(Code::too_many_sessions));

  open("a");
  EXPECT_THAT(refusals("a"), IsEmpty()) << "it takes its own place";
  transport_.gone.insert("b");
  append();
  settle();
  EXPECT_NE(open("c"), 0U) << "a place is free";
}

TEST_F(StreamRefusals, ANameTakesThePlaceOfTheOneItDisplaces) {
  limits_.sessions = 1;
  open("a", kLatest, {.name = "audit"});
  EXPECT_NE(open("b", kLatest, {.name = "audit"}), 0U);
}

TEST_F(StreamRefusals, ARefusedOpenDisplacesNobody) {
  open("a", kLatest, {.name = "audit"});
  ask("b", OpenRequest{.version = 9, .name = "audit"});
  settle();
  EXPECT_THAT(all<Displaced>("a"), IsEmpty());
}

TEST_F(StreamRefusals, MoreRequestsASecondThanAllowed) {
  limits_.requests_per_second = 100;
  const std::uint64_t session = open("a");
  for (int n = 0; n < 150; ++n) ask("a", PingRequest{.session = session});
  settle();
  EXPECT_THAT(refusals("a"), SizeIs(50));
  EXPECT_THAT(refusals("a"), Each(Code::too_many_requests));
  EXPECT_EQ(all<StreamError>("a")[0].session, session);

  clock_.advance(std::chrono::milliseconds(100));
  for (int n = 0; n < 20; ++n) ask("a", PingRequest{.session = session});
  settle();
  EXPECT_THAT(refusals("a"), SizeIs(60)) << "ten a tenth of a second";
}

TEST_F(StreamRefusals, StrangersShareOneAllowanceAndLeaveSessionsTheirs) {
  limits_.requests_per_second = 100;
  const std::uint64_t session = open("a");
  for (int n = 0; n < 300; ++n) ask_raw("stranger" + std::to_string(n), bytes_of("x"));
  ask("a", PingRequest{.session = session});
  settle();
  EXPECT_EQ(server().status().refused_requests, 300U);
  EXPECT_THAT(refusals("stranger0"), ElementsAre(Code::malformed));
  EXPECT_THAT(refusals("stranger299"), ElementsAre(Code::too_many_requests));
  EXPECT_THAT(refusals("a"), IsEmpty());
}

TEST_F(StreamRefusals, AFloodFromOneThatDoesNotReadIsDropped) {
  transport_.full.insert("a");
  for (int n = 0; n < 10'000; ++n) ask_raw("a", bytes_of("x"));
  settle();
  transport_.full.clear();
  settle();
  EXPECT_THAT(refusals("a"), IsEmpty());
  EXPECT_EQ(server().status().refused_requests, 10'000U);
}

}  // namespace
}  // namespace hookwire::testing

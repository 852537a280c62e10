#include <array>
#include <limits>

#include <gmock/gmock.h>

#include "hookwire/schemas/stream_message.h"

#include "schemas/pack.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kMostEpoch = std::numeric_limits<std::uint32_t>::max();
constexpr StreamPosition kPosition{
    .epoch = kMostEpoch, .first = kMost - 2, .last = kMost - 1, .durable = kMost};

template <class Reply>
Reply reply_round_trip(const Reply& reply) {
  std::array<std::byte, 512> into;
  const DecodedReply decoded = decode_reply(encode_reply(reply, into));
  EXPECT_EQ(decoded.fault, "");
  return std::get<Reply>(decoded.reply.value());
}

void expect_position(const StreamPosition& position) {
  EXPECT_EQ(position.epoch, kPosition.epoch);
  EXPECT_EQ(position.first, kPosition.first);
  EXPECT_EQ(position.last, kPosition.last);
  EXPECT_EQ(position.durable, kPosition.durable);
}

std::string reply_fault(const Value& reply) {
  const DecodedReply decoded = decode_reply(pack(reply));
  EXPECT_FALSE(decoded.reply.has_value());
  return decoded.fault;
}

Value batch(std::uint64_t first, std::uint64_t last, std::uint64_t count) {
  return Value::Map{{"type", "batch"}, {"session", 1}, {"epoch", 1},
                    {"first", first},  {"last", last}, {"count", count}};
}

TEST(StreamReply, WelcomeComesBackAsItWasSent) {
  const Welcome reply = reply_round_trip(Welcome{.session = kMost,
                                                 .publisher = std::string(256, 'p'),
                                                 .journal_id = kMost,
                                                 .position = kPosition,
                                                 .start = kMost,
                                                 .heartbeat_ms = 1000});
  EXPECT_EQ(reply.version, kStreamVersion);
  EXPECT_EQ(reply.session, kMost);
  EXPECT_EQ(reply.publisher, std::string(256, 'p'));
  EXPECT_EQ(reply.journal_id, kMost);
  expect_position(reply.position);
  EXPECT_EQ(reply.start, kMost);
  EXPECT_EQ(reply.heartbeat_ms, 1000U);
}

TEST(StreamReply, BatchAndGapComeBackAsTheyWereSent) {
  const Batch batch_reply = reply_round_trip(
      Batch{.session = 1, .epoch = kMostEpoch, .first = 1, .last = kMost, .count = kMost});
  EXPECT_EQ(batch_reply.session, 1U);
  EXPECT_EQ(batch_reply.epoch, kMostEpoch);
  EXPECT_EQ(batch_reply.first, 1U);
  EXPECT_EQ(batch_reply.last, kMost);
  EXPECT_EQ(batch_reply.count, kMost);
  const StreamGap gap = reply_round_trip(
      StreamGap{.session = 2, .epoch = 3, .first = 4, .last = 4, .reason = "retention"});
  EXPECT_EQ(gap.session, 2U);
  EXPECT_EQ(gap.epoch, 3U);
  EXPECT_EQ(gap.first, 4U);
  EXPECT_EQ(gap.last, 4U);
  EXPECT_EQ(gap.reason, "retention");
}

TEST(StreamReply, RolledBackAndHeartbeatComeBackAsTheyWereSent) {
  const RolledBack back =
      reply_round_trip(RolledBack{.session = 1, .previous_epoch = 2, .epoch = 3, .last = 4});
  EXPECT_EQ(back.session, 1U);
  EXPECT_EQ(back.previous_epoch, 2U);
  EXPECT_EQ(back.epoch, 3U);
  EXPECT_EQ(back.last, 4U);
  const Heartbeat heartbeat = reply_round_trip(Heartbeat{.session = 1, .position = kPosition});
  EXPECT_EQ(heartbeat.session, 1U);
  expect_position(heartbeat.position);
}

TEST(StreamReply, DisplacedAndClosingComeBackAsTheyWereSent) {
  EXPECT_EQ(reply_round_trip(Displaced{.session = 9}).session, 9U);
  const Closing closing = reply_round_trip(Closing{.session = 9, .last = 10});
  EXPECT_EQ(closing.session, 9U);
  EXPECT_EQ(closing.last, 10U);
}

TEST(StreamReply, ErrorsOfEveryCodeComeBackAsTheyWereSent) {
  using Code = StreamError::Code;
  for (const Code code :
       {Code::malformed, Code::too_large, Code::unknown_type, Code::unknown_session,
        Code::bad_value, Code::version, Code::too_many_sessions, Code::too_many_requests}) {
    const StreamError error =
        reply_round_trip(StreamError{.session = 3, .code = code, .message = "no\u00e9"});
    EXPECT_EQ(error.session, 3U);
    EXPECT_EQ(to_string(error.code), to_string(code));
    EXPECT_EQ(error.message, "no\u00e9");
  }
}

TEST(StreamReply, HasTheseBytesOnTheWire) {
  std::array<std::byte, 512> into;
  EXPECT_EQ(to_hex(encode_reply(Closing{.session = 9, .last = 10}, into)),
            "83a474797065a7636c6f73696e67a773657373696f6e09a46c6173740a");
}

TEST(StreamReply, CutsTextsToFitWithoutBreakingACharacter) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "\u20ac";
  const StreamError error = reply_round_trip(StreamError{.message = text});
  EXPECT_GT(error.message.size(), 400U);
  EXPECT_LT(error.message.size(), 512U);
  EXPECT_EQ(error.message.size() % 3, 0U);
  EXPECT_THAT(text, ::testing::StartsWith(error.message));
  const StreamGap gap = reply_round_trip(StreamGap{.first = 1, .last = 2, .reason = text});
  EXPECT_THAT(text, ::testing::StartsWith(gap.reason));
}

TEST(StreamReply, IsEmptyWhenItDoesNotFitAtAll) {
  Bytes into(20);
  EXPECT_TRUE(encode_reply(Heartbeat{.position = kPosition}, into).empty());
  EXPECT_TRUE(encode_reply(StreamError{.message = "why"}, into).empty());
}

TEST(StreamReply, IgnoresKeysItDoesNotKnow) {
  EXPECT_TRUE(decode_reply(pack(Value(Value::Map{
                               {"later", Value::List{1}}, {"type", "displaced"}, {"session", 1}})))
                  .reply);
}

TEST(StreamReply, WithAFieldAbsentOrOfAnotherTypeIsAFault) {
  EXPECT_THAT(reply_fault(Value(Value::Map{{"type", "displaced"}})),
              HasSubstr("session is missing"));
  EXPECT_THAT(reply_fault(Value(Value::Map{{"type", "closing"}, {"session", 1}, {"last", "x"}})),
              HasSubstr("closing.last is a string"));
  EXPECT_THAT(reply_fault(Value(Value::Map{{"type", "later"}, {"session", 1}})),
              HasSubstr("type is not known"));
  EXPECT_THAT(reply_fault(Value(Value::Map{
                  {"type", "error"}, {"session", 1}, {"code", "later"}, {"message", ""}})),
              HasSubstr("error.code"));
  EXPECT_THAT(reply_fault(Value(1)), HasSubstr("expected a map"));
  EXPECT_NE(decode_reply({}).fault, "");
}

TEST(StreamReply, ThatCoversNoSequencesIsAFault) {
  EXPECT_TRUE(decode_reply(pack(batch(5, 6, 2))).reply);
  EXPECT_TRUE(decode_reply(pack(batch(5, 5, 0))).reply);
  EXPECT_THAT(reply_fault(batch(0, 5, 1)), HasSubstr("batch.first is 0"));
  EXPECT_THAT(reply_fault(batch(6, 5, 0)), HasSubstr("batch.last is 5"));
  EXPECT_THAT(reply_fault(batch(5, 6, 3)), HasSubstr("batch.count is 3"));
}

TEST(StreamReply, OfAnotherVersionIsAFault) {
  std::array<std::byte, 512> into;
  const DecodedReply decoded = decode_reply(encode_reply(Welcome{.version = 2}, into));
  EXPECT_THAT(decoded.fault, HasSubstr("welcome.version is 2, only 1 is spoken here"));
}

}  // namespace
}  // namespace hookwire::testing

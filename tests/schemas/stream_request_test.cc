#include <gmock/gmock.h>

#include "hookwire/base/error.h"
#include "hookwire/schemas/stream_message.h"

#include "schemas/pack.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using Code = StreamError::Code;
using From = StreamStart::From;

template <class Request>
Request request_round_trip(const Request& request) {
  const DecodedRequest decoded = decode_request(encode_request(request));
  EXPECT_EQ(decoded.refusal.message, "");
  return std::get<Request>(decoded.request.value());
}

/// An open request that is allowed, with one entry put in another's place or added.
Value open_with(const std::string& key, Value value) {
  Value::Map map{{"type", "open"}, {"version", 1}, {"credit_bytes", kMinCreditBytes}};
  std::erase_if(map, [&](const auto& entry) { return entry.first == key; });
  map.emplace_back(key, std::move(value));
  return map;
}

StreamError refusal_of(const Value& request) {
  const DecodedRequest decoded = decode_request(pack(request));
  EXPECT_FALSE(decoded.request.has_value());
  return decoded.refusal;
}

void expect_refused(const Value& request, Code code, const std::string& message) {
  const StreamError refusal = refusal_of(request);
  EXPECT_EQ(to_string(refusal.code), to_string(code));
  EXPECT_THAT(refusal.message, HasSubstr(message));
}

TEST(StreamRequest, OpenComesBackAsItWasSent) {
  const OpenRequest request{
      .name = "auditor-\u00e9",
      .start = {.from = From::sequence, .sequence = 8, .journal_id = 9, .epoch = 2, .time_ns = -1},
      .topics = {"failure/", "post/allow_access/"},
      .credit_bytes = kMaxCreditBytes,
      .instance = ~0ULL,
      .attempt = 3};
  const OpenRequest decoded = request_round_trip(request);
  EXPECT_EQ(decoded.version, kStreamVersion);
  EXPECT_EQ(decoded.name, request.name);
  EXPECT_EQ(decoded.start, request.start);
  EXPECT_EQ(decoded.topics, request.topics);
  EXPECT_EQ(decoded.credit_bytes, request.credit_bytes);
  EXPECT_EQ(decoded.instance, request.instance);
  EXPECT_EQ(decoded.attempt, request.attempt);
}

TEST(StreamRequest, OpenNeedNotSayWhichClientItIs) {
  const OpenRequest decoded = request_round_trip(OpenRequest{});
  EXPECT_EQ(decoded.instance, 0U);
  EXPECT_EQ(decoded.attempt, 0U);
}

TEST(StreamRequest, OpenMayBeginAtEveryPlace) {
  for (const From from : {From::earliest, From::latest, From::sequence, From::time, From::cursor}) {
    EXPECT_EQ(request_round_trip(OpenRequest{.name = "n", .start = {.from = from}}).start.from,
              from);
  }
}

TEST(StreamRequest, TheOthersComeBackAsTheyWereSent) {
  EXPECT_EQ(request_round_trip(PingRequest{.session = 5}).session, 5U);
  EXPECT_EQ(request_round_trip(CloseRequest{.session = 6}).session, 6U);
  const CreditRequest credit = request_round_trip(CreditRequest{.session = 7, .credit_bytes = 1});
  EXPECT_EQ(credit.session, 7U);
  EXPECT_EQ(credit.credit_bytes, 1U) << "the limits are those of open only";
  EXPECT_EQ(request_round_trip(CreditRequest{.session = 7, .credit_bytes = ~0ULL}).credit_bytes,
            ~0ULL);
  const AckRequest ack =
      request_round_trip(AckRequest{.session = 8, .epoch = ~0U, .sequence = ~0ULL});
  EXPECT_EQ(ack.session, 8U);
  EXPECT_EQ(ack.epoch, ~0U);
  EXPECT_EQ(ack.sequence, ~0ULL);
}

TEST(StreamRequest, HasTheseBytesOnTheWire) {
  EXPECT_EQ(to_hex(encode_request(PingRequest{.session = 5})),
            "82a474797065a470696e67a773657373696f6e05");
}

TEST(StreamRequest, IgnoresKeysItDoesNotKnow) {
  const Value request(
      Value::Map{{"type", "ping"}, {"later", Value::Map{{"a", Value::List{1}}}}, {"session", 3}});
  EXPECT_TRUE(decode_request(pack(request)).request);
}

TEST(StreamRequest, AboveTheSizeLimitIsRefusedUnparsed) {
  Bytes frame = pack(open_with("later", std::string(kMaxRequestBytes, 'x')));
  frame.resize(kMaxRequestBytes + 1);
  const DecodedRequest decoded = decode_request(frame);
  ASSERT_FALSE(decoded.request);
  EXPECT_EQ(decoded.refusal.code, Code::too_large);
  EXPECT_EQ(decoded.refusal.message, "the request is of 4097 bytes, at most 4096 are allowed");
}

TEST(StreamRequest, OfExactlyTheSizeLimitIsTaken) {
  const std::size_t rest = pack(open_with("later", std::string(3000, 'x'))).size() - 3000;
  const Bytes frame = pack(open_with("later", std::string(kMaxRequestBytes - rest, 'x')));
  ASSERT_EQ(frame.size(), kMaxRequestBytes);
  EXPECT_TRUE(decode_request(frame).request);
}

TEST(StreamRequest, WhatIsNoRequestIsMalformed) {
  expect_refused(Value(Value::List{}), Code::malformed, "is a list, expected a map");
  expect_refused(Value(Value::Map{}), Code::malformed, "type is missing");
  expect_refused(Value(Value::Map{{"type", 1}}), Code::malformed, "type is an unsigned integer");
  expect_refused(Value(Value::Map{{"type", "ping"}, {"type", "ping"}, {"session", 1}}),
                 Code::malformed, "type stands twice");
  EXPECT_EQ(decode_request({}).refusal.code, Code::malformed);
  EXPECT_EQ(decode_request(from_hex("c1")).refusal.code, Code::malformed);
  expect_refused(Value(Value::Map{{"type", "later"}}), Code::unknown_type, "open, credit, ack");
}

TEST(StreamRequest, WithoutAFieldThatItNeedsIsMalformed) {
  for (const char* type : {"credit", "ack", "ping", "close"}) {
    expect_refused(Value(Value::Map{{"type", type}}), Code::malformed,
                   std::string(type) + ".session is missing");
  }
  expect_refused(Value(Value::Map{{"type", "open"}}), Code::malformed, "open.version is missing");
  expect_refused(Value(Value::Map{{"type", "open"}, {"version", 1}}), Code::malformed,
                 "open.credit_bytes is missing");
  expect_refused(open_with("start", Value::Map{}), Code::malformed, "start.from is missing");
}

TEST(StreamRequest, OfAnotherVersionIsToldSoBeforeAllElse) {
  expect_refused(Value(Value::Map{{"type", "open"}, {"version", 2}, {"start", "of another shape"}}),
                 Code::version, "open.version is 2, only 1 is spoken here");
}

TEST(StreamRequest, NamesTheSessionInARefusalWhenItCanBeRead) {
  const Value request(
      Value::Map{{"type", "ack"}, {"session", 12}, {"epoch", 1ULL << 32}, {"sequence", 1}});
  const StreamError refusal = refusal_of(request);
  EXPECT_EQ(refusal.code, Code::bad_value);
  EXPECT_EQ(refusal.session, 12U);
  EXPECT_THAT(refusal.message, HasSubstr("ack.epoch is 4294967296, at most 4294967295"));
}

TEST(StreamRequest, IsRefusedBeyondTheLimitsOfNames) {
  EXPECT_TRUE(decode_request(pack(open_with("name", std::string(128, 'n')))).request);
  expect_refused(open_with("name", std::string(129, 'n')), Code::bad_value,
                 "open.name is 129 bytes, at most 128 are allowed");
  expect_refused(open_with("name", "a\nb"), Code::bad_value, "open.name is not printable");
  expect_refused(open_with("name", "\xFF"), Code::malformed, "not UTF-8");
}

TEST(StreamRequest, IsRefusedBeyondTheLimitsOfTopics) {
  EXPECT_TRUE(decode_request(pack(open_with("topics", Value::List(16, "post/")))).request);
  expect_refused(open_with("topics", Value::List(17, "post/")), Code::bad_value,
                 "open.topics is 17 prefixes, at most 16 are allowed");
  EXPECT_TRUE(
      decode_request(pack(open_with("topics", Value::List{std::string(256, 't')}))).request);
  expect_refused(open_with("topics", Value::List{std::string(257, 't')}), Code::bad_value,
                 "open.topics is a prefix of 257 bytes, at most 256 are allowed");
}

TEST(StreamRequest, IsRefusedBeyondTheLimitsOfCredit) {
  EXPECT_TRUE(decode_request(pack(open_with("credit_bytes", kMaxCreditBytes))).request);
  expect_refused(open_with("credit_bytes", kMinCreditBytes - 1), Code::bad_value,
                 "open.credit_bytes is 65535, 65536 to 4194304 are allowed");
  expect_refused(open_with("credit_bytes", kMaxCreditBytes + 1), Code::bad_value, "is 4194305");
}

TEST(StreamRequest, IsRefusedForAStartThatDoesNotExist) {
  expect_refused(open_with("start", Value::Map{{"from", "here"}}), Code::bad_value,
                 "earliest, latest, sequence, time or cursor is allowed");
  expect_refused(open_with("start", Value::Map{{"from", "cursor"}}), Code::bad_value,
                 "open.start is the cursor of no name");
}

TEST(StreamRequest, IsNotEncodedBeyondALimit) {
  EXPECT_THROW(encode_request(OpenRequest{.name = std::string(129, 'n')}), Error);
  EXPECT_THROW(encode_request(OpenRequest{.topics = std::vector<std::string>(17)}), Error);
  EXPECT_THROW(encode_request(OpenRequest{.credit_bytes = 1}), Error);
  const std::vector<std::string> prefixes(16, std::string(256, 't'));
  EXPECT_THROW(encode_request(OpenRequest{.topics = prefixes}), Error) << "above 4096 bytes";
}

}  // namespace
}  // namespace hookwire::testing

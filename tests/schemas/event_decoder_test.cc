#include "hookwire/schemas/event_decoder.h"

#include <gmock/gmock.h>

#include "hookwire/schemas/json.h"

#include "schemas/event_sample.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

DecodedEvent decode(const Value& body, const DecodeLimits& limits = {}) {
  return decode_event(record_of(full_event(), pack(body)), limits);
}

std::string fault_of(const Value& body, const DecodeLimits& limits = {}) {
  const DecodedEvent decoded = decode(body, limits);
  EXPECT_FALSE(decoded.event.has_value());
  return decoded.fault;
}

std::string fault_of_bytes(const Bytes& body) {
  return decode_event(record_of(full_event(), body)).fault;
}

// A list in a list in a list ... within the body's map, so that the whole is `depth` deep.
Value nested(std::size_t depth) {
  Value value(Value::List{});
  for (std::size_t i = 2; i < depth; ++i) value = Value(Value::List{std::move(value)});
  return Value(Value::Map{{"args", std::move(value)}});
}

TEST(EventDecoder, GivesBackEveryFieldThatWasEncoded) {
  const Event event = full_event();
  const DecodedEvent decoded = decode_event(record_of(event, pack(Value(body_map(event)))));
  ASSERT_EQ(decoded.fault, "");
  EXPECT_EQ(to_json(describe(*decoded.event)), to_json(describe(event)));
}

TEST(EventDecoder, LeavesFieldsThatAreAbsentEmpty) {
  const DecodedEvent decoded = decode(Value::Map{});
  ASSERT_EQ(decoded.fault, "");
  EXPECT_TRUE(decoded.event->publisher.empty());
  EXPECT_EQ(decoded.event->method, "create_share") << "which the topic names";
  EXPECT_TRUE(decoded.event->context.empty());
  EXPECT_FALSE(decoded.event->args || decoded.event->result || decoded.event->data);
  EXPECT_FALSE(decoded.event->duration_ns || decoded.event->tick || decoded.event->error);
  EXPECT_EQ(decoded.event->schema, 1U);
}

TEST(EventDecoder, TellsAResultOfNullFromNoResult) {
  const DecodedEvent decoded = decode(Value::Map{{"result", nullptr}});
  ASSERT_TRUE(decoded.event && decoded.event->result);
  EXPECT_TRUE(decoded.event->result->is_null());
}

TEST(EventDecoder, BelievesTheBodyRatherThanTheTopic) {
  const DecodedEvent decoded =
      decode(Value::Map{{"publisher", "other@blue"}, {"method", "extend_share"}});
  ASSERT_TRUE(decoded.event);
  EXPECT_EQ(decoded.event->publisher, "other@blue");
  EXPECT_EQ(decoded.event->method, "extend_share");
}

TEST(EventDecoder, TakesTheMethodOfASystemEventFromItsTopic) {
  Event event;
  event.phase = Phase::system;
  event.topic = "system/open_calls/nas01@gold";
  const DecodedEvent decoded = decode_event(record_of(event, pack(Value(Value::Map{}))));
  ASSERT_EQ(decoded.fault, "");
  EXPECT_EQ(decoded.event->method, "open_calls");
}

TEST(EventDecoder, IgnoresKeysItDoesNotKnowWhereverTheyStand) {
  const DecodedEvent decoded =
      decode(Value::Map{{"later", Value::List{Value::Map{{"x", 1}}}},
                        {"context", Value::Map{{"later", 2}, {"user_id", "bob"}}},
                        {"later", "again"},
                        {"call_id", "c-1"}});
  ASSERT_EQ(decoded.fault, "");
  EXPECT_EQ(decoded.event->call_id, "c-1");
  EXPECT_EQ(decoded.event->context.user_id, "bob");
}

TEST(EventDecoder, RefusesAKnownKeyThatStandsTwice) {
  EXPECT_EQ(fault_of(Value::Map{{"method", "a"}, {"method", "a"}}),
            "body, byte 11: method stands twice");
  EXPECT_THAT(fault_of(Value::Map{{"context", Value::Map{{"user_id", "a"}, {"user_id", "b"}}}}),
              HasSubstr("context.user_id stands twice"));
}

TEST(EventDecoder, RefusesWrongTypesAndSaysWhichWereExpected) {
  EXPECT_EQ(fault_of(Value::Map{{"call_id", 7}}),
            "body, byte 2: call_id is an unsigned integer, expected a string");
  EXPECT_THAT(fault_of(Value::Map{{"tick", -1}}), HasSubstr("tick is a negative integer"));
  EXPECT_THAT(fault_of(Value::Map{{"context", "x"}}), HasSubstr("expected a map"));
  EXPECT_THAT(fault_of(Value::Map{{"hooks", Value::List{1}}}), HasSubstr("expected a map"));
  EXPECT_THAT(fault_of(Value::Map{{"hooks", Value::List{Value::Map{}}}}),
              HasSubstr("hooks.name is missing"));
  EXPECT_THAT(fault_of(Value::Map{{"context", Value::Map{{"roles", Value::List{1}}}}}),
              HasSubstr("a value in context.roles is an unsigned integer"));
  EXPECT_THAT(fault_of(Value::Map{{"duration_ns", 1ULL << 63}}),
              HasSubstr("duration_ns is 9223372036854775808, at most"));
  EXPECT_THAT(fault_of(Value::List{}), HasSubstr("is a list, expected a map"));
}

TEST(EventDecoder, TakesDepthUpToTheLimitAndNotBeyond) {
  EXPECT_EQ(decode(nested(32)).fault, "");
  EXPECT_THAT(fault_of(nested(33)), HasSubstr("nests deeper than 32 levels"));
  EXPECT_THAT(fault_of(nested(4), {.depth = 3}), HasSubstr("nests deeper than 3 levels"));
}

TEST(EventDecoder, TakesElementsUpToTheLimitAndNotBeyond) {
  // The map, its key, the list and its values.
  const DecodeLimits limits{.depth = 32, .elements = 10};
  EXPECT_EQ(decode(Value::Map{{"args", Value::List(7)}}, limits).fault, "");
  EXPECT_THAT(fault_of(Value::Map{{"args", Value::List(8)}}, limits),
              HasSubstr("more than 10 values in all"));
}

TEST(EventDecoder, RefusesCountsThatTheBytesLeftCannotHold) {
  EXPECT_THAT(fault_of_bytes(from_hex("81a461726773ddffffffff0101")),
              HasSubstr("declares 4294967295 values, more than bytes are left"));
  EXPECT_THAT(fault_of_bytes(from_hex("81a461726773dfffffffff0101")),
              HasSubstr("declares 8589934590 values"));
  EXPECT_THAT(fault_of_bytes(from_hex("dfffffffff")), HasSubstr("more than bytes are left"));
  EXPECT_THAT(fault_of_bytes(from_hex("81a461726773dbffffffff6162")),
              HasSubstr("end within a value"));
}

TEST(EventDecoder, RefusesBytesThatEndEarlyAtEveryPlace) {
  const Bytes body = pack(Value(body_map(full_event())));
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Bytes front(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(fault_of_bytes(front), "") << "with the first " << size << " bytes";
  }
}

TEST(EventDecoder, RefusesStringsThatAreNotUtf8) {
  for (const char* text :
       {"\xFF", "\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xE2\x82z"}) {
    EXPECT_THAT(fault_of(Value::Map{{"later", text}}), HasSubstr("not UTF-8")) << text;
  }
  for (const char* text :
       {"", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(decode(Value::Map{{"later", text}}).fault, "") << text;
  }
}

TEST(EventDecoder, RefusesKindsAndTopicsThatAreNoEvents) {
  Event event = full_event();
  const Bytes body = pack(Value(Value::Map{}));
  RecordView record = record_of(event, body);
  record.kind = 0;
  EXPECT_EQ(decode_event(record).fault, "the record's kind 0 is no phase");
  record.kind = 6;
  EXPECT_THAT(decode_event(record).fault, HasSubstr("no phase"));
  record.kind = 1;
  EXPECT_EQ(decode_event(record).fault, "the record's topic says post, its kind says pre");
  record.topic = "post/create";
  EXPECT_THAT(decode_event(record).fault, HasSubstr("topic is not"));
}

}  // namespace
}  // namespace hookwire::testing

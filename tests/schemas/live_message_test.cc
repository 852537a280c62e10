#include "hookwire/schemas/live_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/schemas/event_decoder.h"

namespace hookwire {
namespace {

LiveHeartbeat sample() {
  return {.feed = 9'876'543'210'987'654'321U,
          .last = 1042,
          .durable = 1000,
          .through = 1041,
          .heartbeat_ms = 1000,
          .unread = 4,
          .unread_reason = "retention",
          .counts = {{"failure/create_share", 3}, {"post/create_share", 512}},
          .others = 2,
          .epoch_ends = {{2, 90}, {1, 12}}};
}

Event event_of(const std::vector<std::byte>& bytes) {
  const DecodedRecord record = decode_record(bytes);
  EXPECT_EQ(record.fault, RecordFault::none);
  const DecodedEvent decoded = decode_event(record.record);
  EXPECT_TRUE(decoded.event) << decoded.fault;
  return decoded.event.value_or(Event{});
}

TEST(LiveMessageTest, AHeartbeatIsARecordOfNoJournalAndReadAsItWasWritten) {
  const Event event = event_of(encode_heartbeat(sample(), "nas01@gold", 77, 3, 123));
  EXPECT_EQ(event.topic, "system/heartbeat/nas01@gold");
  EXPECT_EQ(event.identity, (RecordIdentity{77, 3, 0}));
  EXPECT_EQ(event.time_ns, 123);
  EXPECT_EQ(event.publisher, "nas01@gold");
  EXPECT_EQ(decode_heartbeat(event), sample());
}

TEST(LiveMessageTest, WhatLacksAKeyOrHasAnotherTypeIsNoHeartbeat) {
  const Event whole = event_of(encode_heartbeat(sample(), "nas01@gold", 77, 3, 123));
  const Value::Map& keys = *whole.data->map();
  for (std::size_t n = 0; n < keys.size(); ++n) {
    Event event = whole;
    Value::Map fewer = keys;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(n));
    event.data = fewer;
    EXPECT_FALSE(decode_heartbeat(event)) << "without " << keys[n].first;
    Value::Map other = keys;
    other[n].second = Value(nullptr);
    event.data = other;
    EXPECT_FALSE(decode_heartbeat(event)) << "null as " << keys[n].first;
  }
  Event of_journal = whole;
  of_journal.identity.sequence = 1;
  EXPECT_FALSE(decode_heartbeat(of_journal)) << "an event of a journal may have that name";
}

TEST(LiveMessageTest, KeysThatItDoesNotKnowAreIgnored) {
  Event event = event_of(encode_heartbeat(sample(), "nas01@gold", 77, 3, 123));
  event.data->map()->emplace_back("later", Value::List{1, 2});
  EXPECT_EQ(decode_heartbeat(event), sample());
}

TEST(LiveMessageTest, ANameIsPhaseAndMethodOfATopic) {
  EXPECT_EQ(live_name("post/create_share/nas01@gold"), "post/create_share");
  EXPECT_EQ(live_name("pre/create_share/rack7/nas01"), "pre/create_share");
  EXPECT_EQ(live_name("nothing"), "nothing");
}

TEST(LiveMessageTest, APublisherThatCannotStandInATopicIsRefused) {
  EXPECT_THROW(encode_heartbeat(sample(), std::string(600, 'p'), 1, 1, 0), Error);
}

}  // namespace
}  // namespace hookwire

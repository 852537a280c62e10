#include "hookwire/record/record.h"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hookwire {
namespace {

std::vector<std::byte> encoded(std::string_view topic, std::string_view body) {
  std::vector<std::byte> bytes(record_size(topic.size(), body.size()));
  encode_record({.sequence = 7,
                 .journal_id = 0x1122334455667788,
                 .time_ns = 1'700'000'000'000'000'001,
                 .epoch = 3,
                 .kind = 2,
                 .flags = 1,
                 .topic = topic,
                 .body = std::as_bytes(std::span(body)),
                 .bytes = {}},
                bytes);
  return bytes;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (std::byte byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

TEST(Record, HasItsFieldsWhereTheFormatSays) {
  const std::string text = hex(encoded("post/m/p", "body"));
  EXPECT_EQ(text.substr(0, 8), "34000000");                        // length 52
  EXPECT_EQ(text.substr(16, 16), "0700000000000000");              // sequence
  EXPECT_EQ(text.substr(32, 16), "8877665544332211");              // journal id
  EXPECT_EQ(text.substr(48, 16), "01002a36fe9c9717");              // time
  EXPECT_EQ(text.substr(64, 8), "03000000");                       // epoch
  EXPECT_EQ(text.substr(72, 4), "0800");                           // topic length
  EXPECT_EQ(text.substr(76, 4), "0201");                           // kind, flags
  EXPECT_EQ(text.substr(80), "706f73742f6d2f70626f647900000000");  // topic, body, pad
}

TEST(Record, IsDecodedAsItWasEncoded) {
  const std::vector<std::byte> bytes = encoded("post/m/p", "some body");
  const DecodedRecord decoded = decode_record(bytes);
  ASSERT_EQ(decoded.fault, RecordFault::none);
  EXPECT_EQ(decoded.record.identity(), (RecordIdentity{0x1122334455667788, 3, 7}));
  EXPECT_EQ(decoded.record.time_ns, 1'700'000'000'000'000'001);
  EXPECT_EQ(decoded.record.topic, "post/m/p");
  EXPECT_EQ(decoded.record.body.size(), 9u);
  EXPECT_EQ(decoded.record.bytes.size(), bytes.size());
}

TEST(Record, MayBeEmptyOrAsLargeAsTheLimit) {
  EXPECT_EQ(decode_record(encoded("", "")).fault, RecordFault::none);
  const std::string largest(kMaxRecordBytes - kRecordHeaderBytes, 'x');
  EXPECT_EQ(decode_record(encoded("", largest)).fault, RecordFault::none);
  EXPECT_EQ(decode_record(encoded("", largest + "x")).fault, RecordFault::length);
}

TEST(Record, IsRefusedWithAnySingleBitFlipped) {
  const std::vector<std::byte> sound = encoded("pre/create/p", "a body of thirty bytes or so..");
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::vector<std::byte> bytes = sound;
    bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    bytes.resize(kMaxRecordBytes);  // what a flipped length may reach into
    EXPECT_NE(decode_record(bytes).fault, RecordFault::none) << "bit " << bit;
  }
}

TEST(Record, IsRefusedWhenCutShortAnywhere) {
  const std::vector<std::byte> sound = encoded("pre/create/p", "body");
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_EQ(decode_record(std::span(sound).first(size)).fault, RecordFault::truncated) << size;
  }
}

TEST(Record, IsNotThereWhereNothingWasWritten) {
  EXPECT_EQ(decode_record(std::vector<std::byte>(4096)).fault, RecordFault::empty);
}

TEST(Record, TopicLengthBeyondTheRecordIsRefusedEvenWithASoundChecksum) {
  std::vector<std::byte> bytes(record_size(600, 0));
  const std::string topic(600, 't');
  encode_record({.topic = topic, .body = {}, .bytes = {}}, bytes);
  EXPECT_EQ(decode_record(bytes).fault, RecordFault::length);
}

}  // namespace
}  // namespace hookwire

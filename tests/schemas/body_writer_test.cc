#include "hookwire/schemas/body_writer.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "schemas/event_sample.h"

namespace hookwire::testing {
namespace {

std::string hex_of(const Value& value) {
  return to_hex(pack(value));
}

TEST(BodyWriter, WritesTheShortestFormOfIntegers) {
  EXPECT_EQ(hex_of(0), "00");
  EXPECT_EQ(hex_of(127), "7f");
  EXPECT_EQ(hex_of(128), "cc80");
  EXPECT_EQ(hex_of(65536), "ce00010000");
  EXPECT_EQ(hex_of(-1), "ff");
  EXPECT_EQ(hex_of(-33), "d0df");
  EXPECT_EQ(hex_of(std::numeric_limits<std::uint64_t>::max()), "cfffffffffffffffff");
  EXPECT_EQ(hex_of(std::numeric_limits<std::int64_t>::min()), "d38000000000000000");
}

TEST(BodyWriter, KeepsDoublesDoublesEvenWhenTheyAreWhole) {
  EXPECT_EQ(hex_of(2.0), "cb4000000000000000");
  EXPECT_EQ(hex_of(-0.0), "cb8000000000000000");
  EXPECT_EQ(hex_of(std::numeric_limits<double>::infinity()), "cb7ff0000000000000");
}

TEST(BodyWriter, WritesStringsBytesListsAndMaps) {
  EXPECT_EQ(hex_of(nullptr), "c0");
  EXPECT_EQ(hex_of(true), "c3");
  EXPECT_EQ(hex_of("ab"), "a26162");
  EXPECT_EQ(hex_of(std::string(32, 'a')).substr(0, 6), "d92061");
  EXPECT_EQ(hex_of(Value::Bytes{std::byte{1}}), "c40101");
  EXPECT_EQ(hex_of(Value::List{1, "a"}), "9201a161");
  EXPECT_EQ(hex_of(Value::Map{{"k", false}}), "81a16bc2");
}

TEST(BodyWriter, GivesTheSameBytesEveryTime) {
  EXPECT_EQ(pack(Value(body_map(full_event()))), pack(Value(body_map(full_event()))));
}

TEST(BodyWriter, FillsInTheCountOfAnOpenMap) {
  Bytes into(64);
  BodyWriter writer(into);
  const std::size_t mark = writer.begin_open_map();
  visit_entry("a", 1, writer);
  visit_entry("b", 2, writer);
  writer.set_map_count(mark, 2);
  EXPECT_EQ(to_hex(writer.written()), "de0002a16101a16202");
}

TEST(BodyWriter, CopiesWhatIsPackedAlready) {
  const Bytes packed = pack(Value(Value::List{1, 2}));
  Bytes into(packed.size());
  BodyWriter writer(into);
  writer.raw(packed);
  EXPECT_EQ(into, packed);
  EXPECT_EQ(writer.room(), 0U);
  EXPECT_FALSE(writer.overflowed());
}

TEST(BodyWriter, WritesNothingOfAStringThatDoesNotFit) {
  Bytes into(4);
  BodyWriter writer(into);
  writer.string("four");
  EXPECT_TRUE(writer.overflowed());
  EXPECT_EQ(writer.size(), 0U);
}

TEST(BodyWriter, StaysWithinItsBytesWhateverItsSizeAndStaysOverflowed) {
  const Value value(body_map(full_event()));
  const std::size_t whole = pack(value).size();
  for (std::size_t size = 0; size < whole; ++size) {
    Bytes into(size);  // of exactly this size, so that a sanitizer sees a byte too many
    BodyWriter writer(into);
    visit_value(value, writer);
    writer.null();
    ASSERT_TRUE(writer.overflowed()) << size;
    ASSERT_LE(writer.size(), size);
  }
}

TEST(BodyWriter, ForgetsAnOverflowWhenRewound) {
  Bytes into(3);
  BodyWriter writer(into);
  writer.integer(1);
  writer.string("too long");
  writer.rewind(1);
  writer.integer(2);
  EXPECT_FALSE(writer.overflowed());
  EXPECT_EQ(to_hex(writer.written()), "0102");
}

}  // namespace
}  // namespace hookwire::testing

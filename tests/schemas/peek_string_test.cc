#include <gtest/gtest.h>

#include "hookwire/schemas/event_decoder.h"

#include "schemas/event_sample.h"

namespace hookwire::testing {
namespace {

TEST(PeekString, FindsStringsBehindValuesOfEveryKind) {
  Value::Map body = body_map(full_event());
  body.insert(body.begin(), {"raw", Value::Bytes(300)});
  body.emplace_back("last", std::string(70'000, 'x'));
  const Bytes packed = pack(Value(body));
  EXPECT_EQ(peek_string(packed, "publisher"), "nas01@gold");
  EXPECT_EQ(peek_string(packed, "call_id"), "c-17");
  EXPECT_EQ(peek_string(packed, "last"), std::string(70'000, 'x'));
}

TEST(PeekString, FindsNothingUnderAbsentKeysOrOtherTypes) {
  const Bytes packed = pack(Value(body_map(full_event())));
  EXPECT_EQ(peek_string(packed, "absent"), std::nullopt);
  EXPECT_EQ(peek_string(packed, "tick"), std::nullopt);
  EXPECT_EQ(peek_string(packed, "user_id"), std::nullopt) << "only the outermost map counts";
}

TEST(PeekString, FindsNothingInWhatIsNoMap) {
  EXPECT_EQ(peek_string({}, "a"), std::nullopt);
  EXPECT_EQ(peek_string(pack(Value(Value::List{"a", "b"})), "a"), std::nullopt);
  EXPECT_EQ(peek_string(from_hex("8107a161"), "a"), std::nullopt);
  EXPECT_EQ(peek_string(from_hex("81a161a1ff"), "a"), std::nullopt) << "not UTF-8";
}

TEST(PeekString, TakesMapsOfEveryHeader) {
  EXPECT_EQ(peek_string(from_hex("81a161a162"), "a"), "b");
  EXPECT_EQ(peek_string(from_hex("de0001a161d90162"), "a"), "b");
  EXPECT_EQ(peek_string(from_hex("df00000001d90161da000162"), "a"), "b");
}

TEST(PeekString, GivesUpOnCountsAndLengthsBeyondTheBytes) {
  EXPECT_EQ(peek_string(from_hex("82a178ddffffffffa161a162"), "a"), std::nullopt);
  EXPECT_EQ(peek_string(from_hex("82a178dfffffffffa161a162"), "a"), std::nullopt);
  EXPECT_EQ(peek_string(from_hex("82a178dbffffffffa161a162"), "a"), std::nullopt);
  EXPECT_EQ(peek_string(from_hex("82a178c6ffffffffa161a162"), "a"), std::nullopt);
  EXPECT_EQ(peek_string(from_hex("dfffffffffa178c0"), "a"), std::nullopt);
}

TEST(PeekString, StepsOverAnyDepthWithoutRecursion) {
  Bytes body = from_hex("82a178");
  body.insert(body.end(), 1'000'000, std::byte{0x91});
  const Bytes end = from_hex("c0a161a162");
  body.insert(body.end(), end.begin(), end.end());
  EXPECT_EQ(peek_string(body, "a"), "b");
}

TEST(PeekString, FindsNothingRatherThanReadingBeyondBytesThatEndEarly) {
  const Bytes body = pack(Value(Value::Map{{"args", Value::List{1, 2.5, "x"}}, {"a", "b"}}));
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Bytes front(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(peek_string(front, "a"), std::nullopt) << size;
  }
  EXPECT_EQ(peek_string(body, "a"), "b");
}

}  // namespace
}  // namespace hookwire::testing

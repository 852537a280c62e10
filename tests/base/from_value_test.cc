#include "hookwire/base/from_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Lamp {
  std::string room;
  int percent = 50;
};
void from_value(const Value& value, std::string_view what, Lamp& out) {
  EntryReader entries(value, what);
  entries.required("room", out.room);
  entries.optional("percent", out.percent);
  entries.finish();
}
struct Opaque {};

static_assert(FromValue<bool> && FromValue<std::int8_t>);
static_assert(FromValue<Lamp> && FromValue<std::optional<std::vector<Lamp>>>);
static_assert(!FromValue<Opaque> && !FromValue<std::vector<Opaque>>);

template <class T>
T read(const Value& value) {
  T out{};
  from_value(value, "it", out);
  return out;
}

template <class T>
std::string refusal(const Value& value) {
  try {
    read<T>(value);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_input);
    return error.what();
  }
  return "was taken";
}

TEST(FromValue, PlainTypesComeFromTheirOwnKind) {
  EXPECT_EQ(read<bool>(true), true);
  EXPECT_EQ(read<std::string>("text"), "text");
  EXPECT_EQ(read<double>(0.5), 0.5);
  EXPECT_EQ(read<double>(3), 3.0);
  EXPECT_THAT(read<std::vector<std::string>>(Value::List{"a", "b"}), ElementsAre("a", "b"));
  EXPECT_EQ(read<std::optional<std::string>>(nullptr), std::nullopt);
  EXPECT_EQ(read<Value>(Value::List{1, "a"}), Value(Value::List{1, "a"}));
}

TEST(FromValue, AnIntegerIsTakenWhenItFitsWhateverItsSignType) {
  EXPECT_EQ(read<std::uint64_t>(std::uint64_t{18446744073709551615U}), 18446744073709551615U);
  EXPECT_EQ(read<int>(std::uint64_t{7}), 7);
  EXPECT_EQ(read<std::uint8_t>(std::int64_t{7}), 7);
  EXPECT_EQ(read<std::int64_t>(std::int64_t{-1}), -1);
  EXPECT_EQ(refusal<std::uint8_t>(256U), "it is out of range: 256");
  EXPECT_EQ(refusal<std::int8_t>(-129), "it is out of range: -129");
  EXPECT_EQ(refusal<std::uint64_t>(-1),
            "it must be an integer of 0 or more, found a negative "
            "integer");
  EXPECT_EQ(refusal<int>(1.5), "it must be an integer, found a number with a fraction");
  EXPECT_EQ(refusal<int>(true), "it must be an integer, found a boolean");
}

TEST(FromValue, AWrongKindIsToldWithItsPlace) {
  EXPECT_EQ(refusal<std::string>(1), "it must be a string, found an integer");
  EXPECT_EQ(refusal<std::vector<std::string>>("a"), "it must be a list, found a string");
  EXPECT_EQ(refusal<std::vector<std::string>>(Value::List{"a", nullptr}),
            "an item of it must be a string, found null");
  EXPECT_EQ((refusal<std::map<std::string, bool>>(Value::Map{{"k", 1}})),
            "it, key 'k' must be a boolean, found an integer");
}

TEST(FromValue, AUsersTypeIsReadByTheNamesOfItsEntries) {
  const Lamp lamp = read<Lamp>(Value::Map{{"percent", 40}, {"room", "kitchen"}});
  EXPECT_EQ(lamp.room, "kitchen");
  EXPECT_EQ(lamp.percent, 40);
  EXPECT_EQ(read<Lamp>(Value::Map{{"room", "hall"}}).percent, 50);
  EXPECT_EQ(refusal<Lamp>(Value::Map{{"percent", 40}}), "it lacks 'room'");
  EXPECT_EQ(refusal<Lamp>(Value::Map{{"room", "hall"}, {"colour", 1}}),
            "it, key 'colour' is not known; there are: room, percent");
  EXPECT_THAT(refusal<Lamp>(nullptr), HasSubstr("it must be an object, found null"));
}

}  // namespace
}  // namespace hookwire::testing

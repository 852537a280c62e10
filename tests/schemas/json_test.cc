#include "hookwire/schemas/json.h"

#include <limits>

#include <gmock/gmock.h>

#include "hookwire/base/error.h"

namespace hookwire {
namespace {

using ::testing::HasSubstr;

std::string json_fault(std::string_view text, std::size_t max_bytes = 1024 * 1024) {
  try {
    parse_json(text, max_bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_input);
    return error.what();
  }
  return "";
}

TEST(Json, GivesBackTheTextThatWasRead) {
  const std::string text =
      R"({"a":[null,true,-1,18446744073709551615,1.5,"x\"y"],"b":{},"c":{"d":[[],{}]}})";
  EXPECT_EQ(to_json(parse_json(text)), text);
}

TEST(Json, WritesBytesAndDoublesThatJsonLacks) {
  EXPECT_EQ(to_json(Value(Value::Bytes{})), R"({"base64":""})");
  EXPECT_EQ(to_json(Value(Value::Bytes{std::byte{0xFF}})), R"({"base64":"/w=="})");
  EXPECT_EQ(to_json(Value(Value::Bytes{std::byte{1}, std::byte{2}})), R"({"base64":"AQI="})");
  EXPECT_EQ(to_json(Value(Value::Bytes(3))), R"({"base64":"AAAA"})");
  const double infinity = std::numeric_limits<double>::infinity();
  const Value::List list{infinity, -infinity, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(to_json(Value(list)), R"(["Infinity","-Infinity","NaN"])");
}

TEST(Json, PutsCommasBetweenValuesAndNowhereElse) {
  EXPECT_EQ(to_json(Value(Value::List{Value::Bytes{}, 1, Value::List{}, Value::Map{}, 2})),
            R"([{"base64":""},1,[],{},2])");
}

TEST(Json, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_json(Value("a\xFF")), "\"a\uFFFD\"");
}

TEST(Json, IsEmptyAgainAfterTake) {
  JsonWriter writer;
  writer.integer(1);
  EXPECT_EQ(writer.take(), "1");
  writer.integer(2);
  EXPECT_EQ(writer.take(), "2");
}

TEST(Json, IsNotReadWhenItIsNoJsonOrMoreThanOneValue) {
  EXPECT_THAT(json_fault(""), HasSubstr("not JSON"));
  EXPECT_THAT(json_fault("{\"a\":}"), HasSubstr("byte 6"));
  EXPECT_THAT(json_fault("1 2"), HasSubstr("not JSON"));
  EXPECT_THAT(json_fault("\"\xFF\""), HasSubstr("not JSON"));
}

TEST(Json, IsNotReadBeyondItsLimits) {
  EXPECT_EQ(json_fault("123", 3), "");
  EXPECT_THAT(json_fault("1234", 3), HasSubstr("4 bytes, at most 3"));
  EXPECT_EQ(json_fault(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_THAT(json_fault(std::string(65, '[') + std::string(65, ']')), HasSubstr("64 levels"));
  EXPECT_THAT(json_fault(R"({"a":1,"a":1})"), HasSubstr("'a' stands twice"));
  EXPECT_EQ(json_fault(R"([{"a":1},{"a":{"a":1}}])"), "");
}

}  // namespace
}  // namespace hookwire

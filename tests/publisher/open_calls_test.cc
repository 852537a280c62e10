#include "open_calls.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/phase.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OpenCallsTest : public ::testing::Test {
 protected:
  void see(Phase phase, const std::string& call_id) {
    std::array<std::byte, 128> buffer;
    BodyWriter body(buffer);
    body.begin_map(1);
    visit_entry(body_keys::kCallId, call_id, body);
    open_.see({.sequence = ++sequence_,
               .kind = static_cast<std::uint8_t>(phase),
               .topic = topic_,
               .body = body.written(),
               .bytes = {}});
  }
  static std::vector<std::string> ids(const OpenCalls& open) {
    std::vector<std::string> all;
    for (const OpenCalls::Call& call : open.list()) all.push_back(call.call_id);
    return all;
  }

  OpenCalls open_;
  std::string topic_ = "pre/make/nas01@gold";
  std::uint64_t sequence_ = 0;
};

TEST_F(OpenCallsTest, AreThoseWithAPreAndNoEnd) {
  see(Phase::pre, "c");
  see(Phase::pre, "a");
  see(Phase::pre, "b");
  see(Phase::pre, "d");
  see(Phase::post, "a");
  see(Phase::failure, "d");
  EXPECT_THAT(ids(open_), ElementsAre("c", "b")) << "in the order of their pre events";
  EXPECT_EQ(open_.list()[1].pre_sequence, 3U);
  EXPECT_EQ(open_.as_of(), 6U);
}

TEST_F(OpenCallsTest, AreNotChangedByOtherEvents) {
  see(Phase::pre, "a");
  see(Phase::post, "somebody else's");
  see(Phase::periodic, "a");
  see(Phase::system, "a");
  open_.see({.sequence = ++sequence_, .kind = 1, .topic = {}, .body = {}, .bytes = {}});
  open_.see({.sequence = ++sequence_, .kind = 99, .topic = {}, .body = {}, .bytes = {}});
  EXPECT_THAT(ids(open_), ElementsAre("a"));
  EXPECT_EQ(open_.as_of(), 6U);
}

TEST_F(OpenCallsTest, NoneIsAListToo) {
  see(Phase::pre, "a");
  see(Phase::post, "a");
  const auto parts = open_.parts();
  ASSERT_THAT(parts, SizeIs(1));
  OpenCalls again;
  EXPECT_TRUE(again.add_listed(parts[0]));
  EXPECT_THAT(ids(again), IsEmpty());
  EXPECT_EQ(again.as_of(), 2U);
}

TEST_F(OpenCallsTest, AreTheSameReadFromTheirParts) {
  for (int n = 0; n < 2500; ++n) see(Phase::pre, "call-" + std::to_string(n));
  const auto parts = open_.parts();
  ASSERT_THAT(parts, SizeIs(3));
  OpenCalls again;
  for (const Value& part : parts) EXPECT_TRUE(again.add_listed(part));
  EXPECT_EQ(ids(again), ids(open_));
  EXPECT_EQ(again.list()[2499].pre_sequence, 2500U);
  EXPECT_EQ(again.list()[2499].method, "make");
  EXPECT_EQ(again.as_of(), 2500U);
}

TEST_F(OpenCallsTest, WithLongNamesTakeMoreParts) {
  topic_ = "pre/" + std::string(400, 'm') + "/nas01@gold";
  for (int n = 0; n < 1000; ++n) see(Phase::pre, "call-" + std::to_string(n));
  OpenCalls again;
  for (const Value& part : open_.parts()) {
    EXPECT_LE(part.find("calls")->list()->size(), 82U);
    EXPECT_TRUE(again.add_listed(part));
  }
  EXPECT_EQ(again.size(), 1000U);
}

TEST_F(OpenCallsTest, AListOfAnEarlierVersionHasNoMethods) {
  OpenCalls again;
  ASSERT_TRUE(
      again.add_listed(Value::Map{{"as_of", 7u}, {"calls", Value::List{Value::List{"a", 1u}}}}));
  EXPECT_EQ(again.list().at(0).call_id, "a");
  EXPECT_EQ(again.list().at(0).method, "");
}

TEST_F(OpenCallsTest, AListOfAnotherFormIsRefused) {
  const Value calls = Value::List{Value::List{"a", 1u}};
  const Value good = Value::Map{{"as_of", 1u}, {"calls", calls}};
  ASSERT_TRUE(OpenCalls().add_listed(good));
  for (const Value& bad :
       {Value(), Value(1u), Value(Value::Map{{"as_of", 1u}}), Value(Value::Map{{"calls", calls}}),
        Value(Value::Map{{"as_of", "1"}, {"calls", calls}}),
        Value(Value::Map{{"as_of", 1u}, {"calls", calls}, {"methods", Value::List{}}}),
        Value(Value::Map{{"as_of", 1u}, {"calls", calls}, {"methods", Value::List{1u}}}),
        Value(Value::Map{{"as_of", 1u}, {"calls", Value::List{"a"}}}),
        Value(Value::Map{{"as_of", 1u}, {"calls", Value::List{Value::List{"a"}}}}),
        Value(Value::Map{{"as_of", 1u}, {"calls", Value::List{Value::List{1u, "a"}}}})}) {
    EXPECT_FALSE(OpenCalls().add_listed(bad));
  }
}

TEST_F(OpenCallsTest, BeyondTheBoundAreCounted) {
  for (std::size_t n = 0; n < OpenCalls::kMaxCalls; ++n) see(Phase::pre, std::to_string(n));
  EXPECT_EQ(open_.overlooked(), 0U);
  see(Phase::pre, "one too many");
  EXPECT_EQ(open_.overlooked(), 1U);
  EXPECT_EQ(open_.size(), OpenCalls::kMaxCalls);
  see(Phase::post, "7");
  see(Phase::pre, "fits again");
  EXPECT_EQ(open_.overlooked(), 1U);
}

}  // namespace
}  // namespace hookwire::testing

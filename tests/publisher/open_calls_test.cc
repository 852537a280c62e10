#include "open_calls.h"

#include <array>

#include <gtest/gtest.h>

#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/phase.h"

namespace hookwire {
namespace {

void see(OpenCalls& calls, std::uint64_t sequence, Phase phase, const std::string& call_id) {
  std::array<std::byte, 256> buffer;
  BodyWriter body(buffer);
  body.begin_map(1);
  visit_entry("call_id", call_id, body);
  calls.see({.sequence = sequence,
             .kind = static_cast<std::uint8_t>(phase),
             .topic = {},
             .body = body.written(),
             .bytes = {}});
}

TEST(OpenCalls, AreThoseWithAPreAndNoEnd) {
  OpenCalls calls;
  see(calls, 1, Phase::pre, "a");
  see(calls, 2, Phase::pre, "b");
  see(calls, 3, Phase::pre, "c");
  see(calls, 4, Phase::failure, "b");
  see(calls, 5, Phase::post, "a");
  see(calls, 6, Phase::system, "c");
  ASSERT_EQ(calls.list().size(), 1u);
  EXPECT_EQ(calls.list()[0].call_id, "c");
  EXPECT_EQ(calls.list()[0].pre_sequence, 3u);
  EXPECT_EQ(calls.as_of(), 6u);
}

TEST(OpenCalls, AreTheSameAfterBeingListedInParts) {
  OpenCalls calls;
  for (std::uint64_t i = 1; i <= 2500; ++i) see(calls, i, Phase::pre, "call-" + std::to_string(i));
  const std::vector<Value> parts = calls.parts();
  EXPECT_EQ(parts.size(), 3u);
  OpenCalls again;
  for (const Value& part : parts) EXPECT_TRUE(again.add_listed(part));
  EXPECT_EQ(again.size(), 2500u);
  EXPECT_EQ(again.as_of(), 2500u);
  EXPECT_EQ(again.list().back().pre_sequence, 2500u);
}

TEST(OpenCalls, AreBounded) {
  OpenCalls calls;
  for (std::uint64_t i = 1; i <= OpenCalls::kMaxCalls + 10; ++i) {
    see(calls, i, Phase::pre, std::to_string(i));
  }
  EXPECT_EQ(calls.size(), OpenCalls::kMaxCalls);
  EXPECT_EQ(calls.overlooked(), 10u);
}

TEST(OpenCalls, AListThatIsNoneIsRefused) {
  OpenCalls calls;
  EXPECT_FALSE(calls.add_listed(Value()));
  EXPECT_FALSE(calls.add_listed(Value::Map{{"as_of", 1u}}));
  EXPECT_FALSE(
      calls.add_listed(Value::Map{{"as_of", 1u}, {"calls", Value::List{Value::List{"id"}}}}));
}

}  // namespace
}  // namespace hookwire

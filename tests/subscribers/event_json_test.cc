#include "hookwire/format/event_json.h"

#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "subscribers/sample_event.h"

namespace hookwire::testing {
namespace {

using nlohmann::json;

TEST(EventJson, HasTheFieldsOfTheContractInOrder) {
  EXPECT_EQ(to_json(sample_event()),
            R"({"publisher":"nas01@gold","journal":"00a1b2c3d4e5f607","epoch":3,"seq":1042,)"
            R"("time":"2026-11-23T08:11:23.123456789Z","phase":"post",)"
            R"("method":"create_share_instance","call_id":"c-9",)"
            R"("context":{"request_id":"req-3f1c","user_id":"0a1b2c","project_id":"p-77",)"
            R"("roles":["member"],"remote_address":"10.0.0.4",)"
            R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},)"
            R"("args":{"share_id":"s-1","size_gb":1},"result":["10.0.0.9:/s-1"],)"
            R"("outcome":"success","duration_ns":182443117,)"
            R"("hooks":[{"name":"quota","phase":"pre","outcome":"ok","duration_ns":900}],)"
            R"("resource":{"type":"share","id":"s-1"},)"
            R"("topic":"post/create_share_instance/nas01@gold"})");
}

TEST(EventJson, LeavesOutWhatIsAbsent) {
  Event event;
  event.topic = "system/start/nas01@gold";
  const json parsed = json::parse(to_json(event));
  EXPECT_EQ(parsed.size(), 7u) << parsed;
  EXPECT_TRUE(parsed.contains("publisher"));
  EXPECT_FALSE(parsed.contains("method"));
}

TEST(EventJson, KeepsANullThatIsAValue) {
  Event event = sample_event();
  event.result = Value();
  EXPECT_TRUE(json::parse(to_json(event)).at("result").is_null());
}

TEST(EventJson, HasErrorAndPeriodicFields) {
  Event event = sample_failure();
  event.tick = 300;
  event.part = 1;
  event.parts = 2;
  event.data = Value(Value::Map{{"used", 7u}});
  const json parsed = json::parse(to_json(event));
  EXPECT_EQ(parsed.at("error"), (json{{"type", "ShareNotFound"}, {"message", "no such share"}}));
  EXPECT_EQ(parsed.at("tick"), 300);
  EXPECT_EQ(parsed.at("part"), 1);
  EXPECT_EQ(parsed.at("parts"), 2);
  EXPECT_EQ(parsed.at("data").at("used"), 7);
}

TEST(EventJson, CarriesEveryKindOfValue) {
  Event event;
  event.args = Value(Value::Map{
      {"bytes", Value::Bytes{std::byte{0}, std::byte{255}, std::byte{16}}},
      {"nan", std::numeric_limits<double>::quiet_NaN()},
      {"infinity", -std::numeric_limits<double>::infinity()},
      {"largest", std::numeric_limits<std::uint64_t>::max()},
      {"least", std::numeric_limits<std::int64_t>::min()},
      {"tenth", 0.1},
      {"text", "\"\\\n\x01 \xc3\xa9"},
      {"nested", Value::List{Value::Map{{"a", nullptr}}, true}},
  });
  const json args = json::parse(to_json(event)).at("args");
  EXPECT_EQ(args.at("bytes"), (json{{"base64", "AP8Q"}}));
  EXPECT_EQ(args.at("nan"), "NaN");
  EXPECT_EQ(args.at("infinity"), "-Infinity");
  EXPECT_EQ(args.at("largest"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(args.at("least"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(args.at("tenth"), 0.1);
  EXPECT_EQ(args.at("text"), "\"\\\n\x01 \xc3\xa9");
  EXPECT_EQ(args.at("nested"), json::parse(R"([{"a":null},true])"));
}

TEST(EventJson, IsOneLineWhateverTheEventHolds) {
  Event event = sample_event();
  event.method = "a\nb\r\x1b[2J";
  const std::string line = to_json(event);
  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(json::parse(line).at("method"), event.method);
}

TEST(GapJson, HasTheFieldsOfTheContract) {
  EXPECT_EQ(to_json(EventGap{.publisher = "nas01@gold",
                             .journal_id = 0xa1,
                             .epoch = 2,
                             .first = 5,
                             .last = 9,
                             .reason = "retention"}),
            R"({"gap":{"publisher":"nas01@gold","journal":"00000000000000a1","epoch":2,)"
            R"("first":5,"last":9,"reason":"retention"}})");
}

TEST(CallJson, HoldsBothEventsOrTheOneThatIsKnown) {
  const Event pre = sample_pre();
  const Event post = sample_event();
  const json both = json::parse(call_to_json(&pre, &post));
  EXPECT_EQ(both.at("call").at("pre").at("seq"), 1041);
  EXPECT_EQ(both.at("call").at("terminal").at("seq"), 1042);
  EXPECT_FALSE(json::parse(call_to_json(nullptr, &post)).at("call").contains("pre"));
  EXPECT_FALSE(json::parse(call_to_json(&pre, nullptr)).at("call").contains("terminal"));
}

}  // namespace
}  // namespace hookwire::testing

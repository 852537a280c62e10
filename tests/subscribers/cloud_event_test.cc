#include "hookwire/format/cloud_event.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hookwire/format/event_json.h"

#include "subscribers/sample_event.h"

namespace hookwire::testing {
namespace {

using nlohmann::json;

TEST(CloudEvent, MapsTheAttributes) {
  const json event = json::parse(to_cloud_event(sample_event(), 1041));
  EXPECT_EQ(event.at("specversion"), "1.0");
  EXPECT_EQ(event.at("id"), "1042");
  EXPECT_EQ(event.at("source"), "/hookwire/nas01/gold/3");
  EXPECT_EQ(event.at("type"), "io.hookwire.create_share_instance.post.v1");
  EXPECT_EQ(event.at("subject"), "s-1");
  EXPECT_EQ(event.at("partitionkey"), "s-1");
  EXPECT_EQ(event.at("time"), "2026-11-23T08:11:23.123456789Z");
  EXPECT_EQ(event.at("datacontenttype"), "application/json");
  EXPECT_EQ(event.at("sequence"), "00000000000000001042");
  EXPECT_EQ(event.at("authtype"), "user");
  EXPECT_EQ(event.at("authid"), "0a1b2c");
  EXPECT_EQ(event.at("correlationid"), "req-3f1c");
  EXPECT_EQ(event.at("causationid"), "1041");
  EXPECT_EQ(event.at("traceparent"), sample_event().context.traceparent);
  EXPECT_EQ(event.at("data"), json::parse(to_json(sample_event())));
  EXPECT_FALSE(event.contains("severitytext"));
}

TEST(CloudEvent, MarksFailures) {
  const json event = json::parse(to_cloud_event(sample_failure()));
  EXPECT_EQ(event.at("severitytext"), "ERROR");
  EXPECT_EQ(event.at("severitynumber"), 17);
  EXPECT_EQ(event.at("data").at("error").at("type"), "ShareNotFound");
  EXPECT_FALSE(event.contains("causationid"));
}

TEST(CloudEvent, NamesItsAttributesAsTheStandardAllows) {
  const json event = json::parse(to_cloud_event(sample_failure(), 1041));
  for (const auto& [name, value] : event.items()) {
    EXPECT_LE(name.size(), 20u);
    EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    })) << name;
  }
}

TEST(CloudEvent, LeavesEmptyAttributesOut) {
  Event event;
  event.phase = Phase::system;
  event.topic = "system/start/nas01@gold";
  event.publisher = "nas01@gold";
  const json parsed = json::parse(to_cloud_event(event));
  EXPECT_EQ(parsed.at("type"), "io.hookwire.start.system.v1");
  for (const char* name : {"subject", "partitionkey", "authtype", "authid", "correlationid"}) {
    EXPECT_FALSE(parsed.contains(name)) << name;
  }
}

TEST(CloudEvent, MakesASourceThatIsAUri) {
  Event event = sample_event();
  event.publisher = "nas 01/x@gold#1";
  EXPECT_EQ(json::parse(to_cloud_event(event)).at("source"), "/hookwire/nas%2001%2Fx/gold%231/3");
}

}  // namespace
}  // namespace hookwire::testing

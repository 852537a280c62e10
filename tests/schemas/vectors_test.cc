#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>

#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/json.h"

#include "schemas/event_sample.h"

namespace hookwire::testing {
namespace {

struct Vector {
  std::string name;
  Bytes record;
  std::string expect;
  std::optional<Value> event;
};

std::vector<Vector> load_vectors() {
  std::vector<Vector> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(HOOKWIRE_VECTORS)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const Value json = parse_json(text.str());
    Vector vector{.name = *json.find("name")->string(),
                  .record = from_hex(*json.find("record_hex")->string()),
                  .expect = *json.find("expect")->string(),
                  .event = {}};
    if (const Value* event = json.find("event")) vector.event = *event;
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

// The sentences that the vectors' words for faults stand for.
const std::map<std::string, std::string> kBodyFaults{
    {"phase", "is no phase"},
    {"topic", "the record's topic"},
    {"truncated_body", "end within a value"},
    {"declared_count", "more than bytes are left"},
    {"depth", "nests deeper"},
    {"utf8", "not UTF-8"},
    {"duplicate_key", "stands twice"},
    {"trailing", "bytes behind the end"},
    {"not_a_map", "the whole is a list, expected a map"},
    {"wrong_type", ", expected a"},
    {"key_type", "a key that is not a string"},
    {"extension", "an extension type"},
    {"no_value", "no value begins like this"},
    {"too_many_values", "more than 16384 values"},
    {"missing_key", "is missing"},
    {"out_of_range", ", at most"},
};

const std::map<std::string, RecordFault> kRecordFaults{
    {"empty", RecordFault::empty},     {"truncated", RecordFault::truncated},
    {"length", RecordFault::length},   {"checksum", RecordFault::checksum},
    {"padding", RecordFault::padding},
};

// Keys sorted within every map, since the order of a map's entries means nothing.
Value sorted(Value value) {
  if (Value::Map* map = value.map()) {
    for (auto& entry : *map) entry.second = sorted(std::move(entry.second));
    std::sort(map->begin(), map->end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  } else if (Value::List* list = value.list()) {
    for (Value& item : *list) item = sorted(std::move(item));
  }
  return value;
}

TEST(Vectors, EachGivesTheEventOrTheFaultItSays) {
  const std::vector<Vector> vectors = load_vectors();
  ASSERT_GE(vectors.size(), 40U);
  for (const Vector& vector : vectors) {
    SCOPED_TRACE(vector.name);
    const DecodedRecord decoded = decode_record(vector.record);
    if (const auto fault = kRecordFaults.find(vector.expect); fault != kRecordFaults.end()) {
      EXPECT_EQ(to_string(decoded.fault), to_string(fault->second));
      continue;
    }
    ASSERT_EQ(decoded.fault, RecordFault::none);
    const DecodedEvent event = decode_event(decoded.record);
    if (vector.expect != "ok") {
      ASSERT_TRUE(kBodyFaults.contains(vector.expect)) << vector.expect;
      EXPECT_THAT(event.fault, ::testing::HasSubstr(kBodyFaults.at(vector.expect)));
      continue;
    }
    ASSERT_EQ(event.fault, "");
    EXPECT_EQ(to_json(sorted(describe(*event.event))), to_json(sorted(vector.event.value())));
  }
}

TEST(Vectors, ThatAreGoodAreTheBytesThatTheEncodersWrite) {
  std::size_t compared = 0;
  for (const Vector& vector : load_vectors()) {
    // One vector encodes integers longer than need be.
    if (vector.expect != "ok" || vector.name == "integers_of_any_width") continue;
    SCOPED_TRACE(vector.name);
    const RecordView record = decode_record(vector.record).record;
    Bytes encoded(vector.record.size());
    EXPECT_EQ(encode_record(record, encoded), vector.record.size());
    EXPECT_EQ(to_hex(encoded), to_hex(vector.record));
    const Event event = decode_event(record).event.value();
    if (event.args) {
      EXPECT_THAT(to_hex(record.body), ::testing::HasSubstr(to_hex(pack(*event.args))));
      ++compared;
    }
  }
  EXPECT_GE(compared, 5U);
}

}  // namespace
}  // namespace hookwire::testing

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>

#include "hookwire/schemas/json.h"

#include "batch_check.h"

// The golden batches of schemas/vectors, which clients in other languages are held to as well.

namespace hookwire {
namespace {

// The sentences that the vectors' words for faults stand for.
const std::map<std::string, std::string> kFaults{
    {"sequence", "sequence "},
    {"count", "records and says"},
    {"journal", "of another journal"},
    {"epoch", "of epoch"},
    {"checksum", std::string(to_string(RecordFault::checksum))},
    {"truncated", std::string(to_string(RecordFault::truncated))},
    {"empty", std::string(to_string(RecordFault::empty))},
};
const std::map<std::string, std::string> kHeadFaults{
    {"reply", "type is not known"},
    {"missing_key", "is missing"},
    {"wrong_type", ", expected a"},
    {"range", "batch."},
};

// On the heap, so that the first record is aligned.
std::vector<std::byte> bytes_of(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(at, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<Value> load() {
  std::vector<Value> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(HOOKWIRE_VECTORS "/batches")) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    vectors.push_back(parse_json(text.str()));
  }
  return vectors;
}

TEST(BatchVectors, EachIsBelievedAsFarAsItSays) {
  const std::vector<Value> vectors = load();
  ASSERT_GE(vectors.size(), 20u);
  for (const Value& vector : vectors) {
    const auto text = [&](const char* key) { return *vector.find(key)->string(); };
    const auto number = [&](const char* key) { return *vector.find(key)->unsigned_integer(); };
    SCOPED_TRACE(text("name"));
    const std::string expect = text("expect");
    const DecodedReply head = decode_reply(bytes_of(text("head_hex")));
    if (const auto fault = kHeadFaults.find(expect); fault != kHeadFaults.end()) {
      EXPECT_THAT(head.fault, ::testing::HasSubstr(fault->second));
      continue;
    }
    ASSERT_EQ(head.fault, "");
    const std::vector<std::byte> records = bytes_of(text("records_hex"));
    std::vector<RecordView> good;
    const CheckedBatch checked = check_batch({.journal_id = number("journal_id"),
                                              .next = 1,
                                              .complete = *vector.find("complete")->boolean()},
                                             std::get<Batch>(*head.reply), records, good);
    EXPECT_EQ(checked.through, number("through"));
    if (expect == "ok") {
      EXPECT_EQ(checked.fault, "");
    } else {
      EXPECT_THAT(checked.fault, ::testing::HasSubstr(kFaults.at(expect)));
    }
  }
}

}  // namespace
}  // namespace hookwire

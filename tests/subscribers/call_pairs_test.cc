#include "hookwire/format/call_pairs.h"

#include <gtest/gtest.h>

#include "subscribers/sample_event.h"

namespace hookwire::testing {
namespace {

Event pre_of(const std::string& call_id, std::uint64_t journal_id = 1) {
  Event event = sample_pre();
  event.call_id = call_id;
  event.identity.journal_id = journal_id;
  return event;
}

TEST(CallPairs, FindsThePreOfATerminalEventOnce) {
  CallPairs pairs;
  pairs.begin(pre_of("a"));
  pairs.begin(pre_of("b"));
  EXPECT_EQ(pairs.end(pre_of("a"))->call_id, "a");
  EXPECT_FALSE(pairs.end(pre_of("a")));
  EXPECT_FALSE(pairs.end(pre_of("c")));
}

TEST(CallPairs, KeepsTheCallsOfTwoPublishersApart) {
  CallPairs pairs;
  pairs.begin(pre_of("a", 1));
  EXPECT_FALSE(pairs.end(pre_of("a", 2)));
}

TEST(CallPairs, MakesRoomByGivingTheOldestBack) {
  CallPairs pairs(2);
  EXPECT_FALSE(pairs.begin(pre_of("a")));
  EXPECT_FALSE(pairs.begin(pre_of("b")));
  EXPECT_EQ(pairs.begin(pre_of("c"))->call_id, "a");
  EXPECT_FALSE(pairs.end(pre_of("a")));
  EXPECT_TRUE(pairs.end(pre_of("b")));
}

TEST(CallPairs, ListsWhatDidNotEndOldestFirst) {
  CallPairs pairs;
  for (const char* id : {"c", "a", "b"}) pairs.begin(pre_of(id));
  pairs.end(pre_of("a"));
  const std::vector<Event> open = pairs.take_open();
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].call_id, "c");
  EXPECT_EQ(open[1].call_id, "b");
  EXPECT_TRUE(pairs.take_open().empty());
}

}  // namespace
}  // namespace hookwire::testing

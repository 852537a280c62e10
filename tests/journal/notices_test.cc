#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/journal/journal_retention.h"

namespace hookwire::testing {
namespace {

using ::testing::SizeIs;
using Kind = JournalNotice::Kind;

JournalNotice range(std::uint64_t first, std::uint64_t last, const char* reader = "audit") {
  return {.kind = Kind::passed_reader, .reader = reader, .epoch = 1, .first = first, .last = last};
}

TEST(KeptNotices, OfRangesThatAdjoinAreOne) {
  std::vector<JournalNotice> kept;
  keep_notice(kept, range(1, 9), 8);
  keep_notice(kept, range(10, 19), 8);
  keep_notice(kept, range(10, 19, "other"), 8);
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].first, 1U);
  EXPECT_EQ(kept[0].last, 19U);
}

TEST(KeptNotices, OfSpaceGoBeforeRanges) {
  std::vector<JournalNotice> kept;
  keep_notice(kept, range(1, 1), 3);
  keep_notice(kept, {.kind = Kind::low_space}, 3);
  keep_notice(kept, range(3, 3), 3);
  keep_notice(kept, range(5, 5), 3);
  ASSERT_THAT(kept, SizeIs(3));
  for (const JournalNotice& notice : kept) EXPECT_EQ(notice.kind, Kind::passed_reader);
  keep_notice(kept, {.kind = Kind::enough_space}, 3);
  ASSERT_THAT(kept, SizeIs(3));
  EXPECT_EQ(kept.back().kind, Kind::passed_reader);
  keep_notice(kept, range(7, 7), 3);
  EXPECT_EQ(kept.front().first, 3U) << "the oldest range went";
}

}  // namespace
}  // namespace hookwire::testing

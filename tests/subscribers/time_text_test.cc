#include "hookwire/format/time_text.h"

#include <gtest/gtest.h>

namespace hookwire {
namespace {

using namespace std::chrono_literals;

TEST(TimeText, IsRfc3339WithNanoseconds) {
  EXPECT_EQ(utc_time_text(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(utc_time_text(1'795'421'483'000'000'001), "2026-11-23T08:11:23.000000001Z");
  EXPECT_EQ(utc_time_text(-1), "1969-12-31T23:59:59.999999999Z");
}

TEST(TimeText, IsShortForPeople) {
  EXPECT_EQ(short_time_text(1'795'421'483'999'999'999, true), "2026-11-23 08:11:23.999Z");
  EXPECT_EQ(short_time_text(0, false).size(), std::string("1970-01-01 00:00:00.000").size());
}

TEST(DurationText, ChoosesItsUnit) {
  EXPECT_EQ(duration_text(0ns), "0 ns");
  EXPECT_EQ(duration_text(850ns), "850 ns");
  EXPECT_EQ(duration_text(12'340ns), "12.3 us");
  EXPECT_EQ(duration_text(182'443'117ns), "182.4 ms");
  EXPECT_EQ(duration_text(999'960us), "1.0 s");
  EXPECT_EQ(duration_text(61s), "61.0 s");
}

}  // namespace
}  // namespace hookwire

#include "hookwire/tail/from.h"

#include <gtest/gtest.h>

#include "hookwire/base/error.h"

namespace hookwire {
namespace {

using From = StreamStart::From;

constexpr std::int64_t kNow = 1'795'421'483'000'000'000;

StreamStart parse(std::string_view text) {
  return parse_from(text, kNow);
}

StreamStart at_time(std::int64_t time_ns) {
  return {.from = From::time, .time_ns = time_ns};
}

TEST(From, KnowsTheEnds) {
  EXPECT_EQ(parse("earliest").from, From::earliest);
  EXPECT_EQ(parse("latest").from, From::latest);
}

TEST(From, TakesASequence) {
  EXPECT_EQ(parse("1042"), (StreamStart{.from = From::sequence, .sequence = 1042}));
}

TEST(From, TakesATimeAgo) {
  EXPECT_EQ(parse("90s"), at_time(kNow - 90'000'000'000));
  EXPECT_EQ(parse("15m"), at_time(kNow - 900'000'000'000));
  EXPECT_EQ(parse("2h"), at_time(kNow - 7'200'000'000'000));
  EXPECT_EQ(parse("7d"), at_time(kNow - 604'800'000'000'000));
}

TEST(From, TakesRfc3339) {
  EXPECT_EQ(parse("2026-11-23T08:11:23Z"), at_time(kNow));
  EXPECT_EQ(parse("2026-11-23 08:11:23Z"), at_time(kNow));
  EXPECT_EQ(parse("2026-11-23T08:11:23.5Z"), at_time(kNow + 500'000'000));
  EXPECT_EQ(parse("2026-11-23T08:11:23.000000001Z"), at_time(kNow + 1));
  EXPECT_EQ(parse("2026-11-23T10:11:23+02:00"), at_time(kNow));
  EXPECT_EQ(parse("2026-11-23T02:41:23-05:30"), at_time(kNow));
  EXPECT_EQ(parse("1970-01-01T00:00:00Z"), at_time(0));
}

TEST(From, TakesUnixSeconds) {
  EXPECT_EQ(parse("@1795421483"), at_time(kNow));
  EXPECT_EQ(parse("@1795421483.25"), at_time(kNow + 250'000'000));
}

TEST(From, TakesTheEventBehindWhichToBegin) {
  EXPECT_EQ(
      parse("00a1b2c3d4e5f607:3:1042"),
      (StreamStart{
          .from = From::sequence, .sequence = 1043, .journal_id = 0x00a1b2c3d4e5f607, .epoch = 3}));
}

TEST(From, RefusesEverythingElse) {
  for (const char* text : {"",
                           "0",
                           "-1",
                           "now",
                           "2x",
                           "h",
                           "@",
                           "@x",
                           "@1.",
                           "2026-11-23",
                           "2026-13-01T00:00:00Z",
                           "2026-02-30T00:00:00Z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T08:61:00Z",
                           "2026-11-23T08:11:23",
                           "2026-11-23T08:11:23+2",
                           "3000-01-01T00:00:00Z",
                           "1:2",
                           "x:1:2",
                           "1:2:3:4",
                           "18446744073709551616",
                           "1:1:18446744073709551615",
                           "cursor",
                           "99999999999999999999d"}) {
    EXPECT_THROW(parse(text), Error) << text;
  }
}

TEST(Seconds, TakesANumberAboveZero) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_seconds("10"), 10s);
  EXPECT_EQ(parse_seconds("0.5"), 500ms);
  for (const char* text : {"", "0", "-1", "x", "1s", "1."}) {
    EXPECT_THROW(parse_seconds(text), Error) << text;
  }
}

}  // namespace
}  // namespace hookwire

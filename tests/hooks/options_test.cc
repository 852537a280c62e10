#include "hookwire/hooks/options.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kText =
    "[DEFAULT]\n"
    "host = nas01\n"
    "[gold]\n"
    "flag = Yes\n"
    "count = 12\n"
    "size = 64M\n"
    "wait = 250ms\n"
    "plain_wait = 3\n"
    "names = a, ,b,\n"
    "  c\n"
    "where = var/gold\n"
    "absolute = /srv/gold\n"
    "level = info\n"
    "word = nonsense\n"
    "empty =\n"
    "[gold:small]\n"
    "count = 5\n";

class OptionsTest : public ::testing::Test {
 protected:
  static std::string refusal(const std::function<void()>& read) {
    try {
      read();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::configuration);
      return error.what();
    }
    return "(accepted)";
  }

  ConfigFile file_ = ConfigFile::parse(kText, "/etc/hw.conf");
  Options gold_{file_, {"gold"}};
  Options small_{file_, {"gold:small", "gold"}};
};

TEST_F(OptionsTest, ValuesComeFromTheFirstGroupThatHasThem) {
  EXPECT_EQ(small_.integer("count", 0, 0, 100), 5);
  EXPECT_EQ(gold_.integer("count", 0, 0, 100), 12);
  EXPECT_TRUE(small_.boolean("flag", false));
  EXPECT_EQ(gold_.text("host"), std::nullopt);
}

TEST_F(OptionsTest, ReadsEachType) {
  EXPECT_EQ(gold_.required_text("level"), "info");
  EXPECT_EQ(gold_.bytes("size", 0, 0, 1ull << 40), 64ull << 20);
  EXPECT_EQ(gold_.duration("wait", 1s, 1ms, 1h), 250ms);
  EXPECT_EQ(gold_.duration("plain_wait", 1s, 1ms, 1h), 3s);
  EXPECT_THAT(gold_.list("names"), ElementsAre("a", "b", "c"));
  EXPECT_EQ(gold_.path("where"), "/etc/var/gold");
  EXPECT_EQ(gold_.path("absolute"), "/srv/gold");
  EXPECT_EQ(gold_.choice("level", "error", {"info", "error"}), "info");
}

TEST_F(OptionsTest, AbsentOptionsFallBack) {
  EXPECT_TRUE(gold_.boolean("absent", true));
  EXPECT_EQ(gold_.integer("absent", 7, 0, 10), 7);
  EXPECT_EQ(gold_.bytes("absent", 7, 0, 10), 7U);
  EXPECT_EQ(gold_.duration("absent", 7s, 1s, 10s), 7s);
  EXPECT_THAT(gold_.list("absent"), IsEmpty());
  EXPECT_EQ(gold_.path("absent"), std::nullopt);
  EXPECT_EQ(gold_.choice("absent", "b", {"a", "b"}), "b");
}

TEST_F(OptionsTest, EveryUnitAndEveryBooleanWordIsKnown) {
  const ConfigFile file = ConfigFile::parse(
      "[g]\nns = 5ns\nus = 5us\nm = 5m\nh = 5 h\nd = 5d\nk = 2k\nK = 2K\nG = 2G\nb = 2\n"
      "t1 = TRUE\nt2 = on\nt3 = 1\nf1 = False\nf2 = no\nf3 = OFF\nf4 = 0\n",
      "f");
  const Options options(file, {"g"});
  EXPECT_EQ(options.duration("ns", 1s, 0s, 24h), 5ns);
  EXPECT_EQ(options.duration("us", 1s, 0s, 24h), 5us);
  EXPECT_EQ(options.duration("m", 1s, 0s, 24h), 5min);
  EXPECT_EQ(options.duration("h", 1s, 0s, 24h), 5h);
  EXPECT_EQ(options.duration("d", 1s, 0s, 24h * 9), 24h * 5);
  EXPECT_EQ(options.bytes("k", 0, 0, 1ull << 40), 2048U);
  EXPECT_EQ(options.bytes("K", 0, 0, 1ull << 40), 2048U);
  EXPECT_EQ(options.bytes("G", 0, 0, 1ull << 40), 2ull << 30);
  EXPECT_EQ(options.bytes("b", 0, 0, 1ull << 40), 2U);
  for (const char* name : {"t1", "t2", "t3"}) EXPECT_TRUE(options.boolean(name, false));
  for (const char* name : {"f1", "f2", "f3", "f4"}) EXPECT_FALSE(options.boolean(name, true));
}

TEST_F(OptionsTest, ABadValueNamesPlaceValueAndWhatWasExpected) {
  EXPECT_EQ(refusal([&] { gold_.integer("word", 0, 1, 9); }),
            "/etc/hw.conf:14: [gold] word: found 'nonsense', expected a whole number from 1 to 9");
  EXPECT_THAT(refusal([&] { gold_.boolean("word", false); }), HasSubstr("expected true or false"));
  EXPECT_THAT(refusal([&] { gold_.bytes("word", 0, 1024, 1ull << 30); }),
              HasSubstr("found 'nonsense', expected bytes from 1K to 1G"));
  EXPECT_THAT(refusal([&] { gold_.duration("word", 1s, 1ms, 1h); }),
              HasSubstr("found 'nonsense', expected a time from 1ms to 1h"));
  EXPECT_THAT(refusal([&] {
                gold_.choice("word", "a", {"a", "b"});
              }),
              HasSubstr("expected one of a, b"));
  EXPECT_THAT(refusal([&] { gold_.path("empty"); }), HasSubstr("expected a path"));
  EXPECT_THAT(refusal([&] { gold_.required_text("empty"); }), HasSubstr("[gold] empty: is empty"));
}

TEST_F(OptionsTest, AValueOutOfRangeIsRefused) {
  EXPECT_THAT(refusal([&] { gold_.integer("count", 0, 13, 20); }), HasSubstr("found '12'"));
  EXPECT_THAT(refusal([&] { gold_.integer("count", 0, 0, 11); }), HasSubstr("found '12'"));
  EXPECT_EQ(gold_.integer("count", 0, 12, 12), 12);
  const ConfigFile file =
      ConfigFile::parse("[g]\na = 99999999999999999999\nb = 300000000000h\nc = -1\n", "f");
  const Options options(file, {"g"});
  EXPECT_THAT(refusal([&] { options.integer("a", 0, 0, INT64_MAX); }), HasSubstr("found '9999"));
  EXPECT_THAT(refusal([&] { options.duration("b", 1s, 0s, std::chrono::nanoseconds::max()); }),
              HasSubstr("found '300000000000h'"));
  EXPECT_THAT(refusal([&] { options.bytes("c", 0, 0, 100); }), HasSubstr("found '-1'"));
}

TEST_F(OptionsTest, AMissingRequiredOptionNamesItsGroup) {
  EXPECT_THAT(refusal([&] { gold_.required_text("driver"); }),
              HasSubstr("/etc/hw.conf:3: [gold] driver: is not set"));
}

TEST_F(OptionsTest, AnOptionThatNobodyReadsIsRefusedWithTheNearestName) {
  const ConfigFile file = ConfigFile::parse("[gold]\ncuont = 5\n", "/etc/hw.conf");
  const Options options(file, {"gold"});
  options.integer("count", 0, 0, 10);
  options.integer("amount", 0, 0, 10);
  EXPECT_EQ(refusal([&] { options.check_unknown({"gold"}); }),
            "/etc/hw.conf:2: [gold] cuont: no such option; did you mean 'count'?");
}

TEST_F(OptionsTest, WhatAnyCopyHasReadIsKnownOnlyInItsOwnGroups) {
  const ConfigFile file = ConfigFile::parse("[a]\nx = 1\n[b]\nx = 1\n", "f");
  const Options options(file, {"a"});
  options.with_groups({"a"}).integer("x", 0, 0, 10);
  EXPECT_NO_THROW(options.check_unknown({"a", "absent"}));
  EXPECT_THAT(refusal([&] { options.check_unknown({"b"}); }),
              HasSubstr("f:4: [b] x: no such option in this group"));
}

}  // namespace
}  // namespace hookwire::testing

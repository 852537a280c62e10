#include "hookwire/schemas/topic.h"

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/record/record.h"

namespace hookwire {
namespace {

constexpr Phase kPhases[] = {Phase::pre, Phase::post, Phase::failure, Phase::periodic,
                             Phase::system};

TEST(Phase, IsFoundByItsWordAndByItsNumber) {
  for (const Phase phase : kPhases) {
    EXPECT_EQ(phase_of(to_string(phase)), phase);
    EXPECT_EQ(phase_of(static_cast<std::uint8_t>(phase)), phase);
  }
}

TEST(Phase, IsNothingForOtherWordsAndNumbers) {
  EXPECT_EQ(phase_of("Pre"), std::nullopt);
  EXPECT_EQ(phase_of(""), std::nullopt);
  EXPECT_EQ(phase_of(std::uint8_t{0}), std::nullopt);
  EXPECT_EQ(phase_of(std::uint8_t{6}), std::nullopt);
}

TEST(Topic, IsParsedIntoThePartsItWasMadeOf) {
  for (const Phase phase : kPhases) {
    const std::string topic = make_topic(phase, "create_share", "nas01@gold/a");
    const std::optional<TopicParts> parts = parse_topic(topic);
    ASSERT_TRUE(parts) << topic;
    EXPECT_EQ(parts->phase, phase);
    EXPECT_EQ(parts->method, "create_share");
    EXPECT_EQ(parts->publisher, "nas01@gold/a");
  }
  EXPECT_EQ(make_topic(Phase::failure, "create_share_instance", "nas01@gold"),
            "failure/create_share_instance/nas01@gold");
}

TEST(Topic, IsNotMadeOfPartsItCouldNotBeParsedInto) {
  EXPECT_THROW(make_topic(Phase::pre, "", "p"), Error);
  EXPECT_THROW(make_topic(Phase::pre, "m", ""), Error);
  EXPECT_THROW(make_topic(Phase::pre, "a/b", "p"), Error);
  EXPECT_THROW(make_topic(Phase::pre, "a\n", "p"), Error);
  EXPECT_THROW(make_topic(Phase::pre, "m", "p\x7F"), Error);
  EXPECT_THROW(make_topic(Phase::pre, "m", "\xFF"), Error);
}

TEST(Topic, TakesAsManyBytesAsARecordAllowsAndNoMore) {
  const std::string longest(kMaxTopicBytes - std::string("pre/m/").size(), 'p');
  EXPECT_TRUE(parse_topic(make_topic(Phase::pre, "m", longest)));
  EXPECT_THROW(make_topic(Phase::pre, "m", longest + "p"), Error);
  EXPECT_FALSE(parse_topic("pre/m/" + longest + "p"));
}

TEST(Topic, IsNothingWhenItHasAnotherForm) {
  for (const char* text : {"", "/", "//", "pre", "pre/", "pre/m", "pre/m/", "pre//p", "PRE/m/p",
                           "later/m/p", "pre/m\t/p", "pre/m/p\xC2\x80", "pre/\xC0\xAF/p"}) {
    EXPECT_FALSE(parse_topic(text)) << text;
  }
}

}  // namespace
}  // namespace hookwire

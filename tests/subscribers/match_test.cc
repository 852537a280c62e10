#include "hookwire/tail/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"

namespace hookwire {
namespace {

using ::testing::ElementsAre;

TEST(Match, AddsToTheFilter) {
  EventFilter filter;
  for (const char* match : {"failed", "delete_*", "failure/", "topic=post/", "method=a",
                            "phase=pre", "publisher=p*", "user=u=1", "project=p", "request=r"}) {
    add_match(filter, match);
  }
  EXPECT_TRUE(filter.failed);
  EXPECT_THAT(filter.methods, ElementsAre("delete_*", "a"));
  EXPECT_THAT(filter.topics, ElementsAre("failure/", "post/"));
  EXPECT_THAT(filter.phases, ElementsAre(Phase::pre));
  EXPECT_THAT(filter.publishers, ElementsAre("p*"));
  EXPECT_THAT(filter.users, ElementsAre("u=1"));
  EXPECT_THAT(filter.projects, ElementsAre("p"));
  EXPECT_THAT(filter.requests, ElementsAre("r"));
}

TEST(Match, RefusesWhatItDoesNotKnow) {
  EventFilter filter;
  for (const char* match : {"", "=x", "colour=red", "phase=during"}) {
    EXPECT_THROW(add_match(filter, match), Error) << match;
  }
  EXPECT_TRUE(filter.empty());
}

TEST(OutputFormatWord, IsOneOfThree) {
  EXPECT_EQ(parse_output_format("text"), OutputFormat::text);
  EXPECT_EQ(parse_output_format("json"), OutputFormat::json);
  EXPECT_EQ(parse_output_format("cloudevents"), OutputFormat::cloudevents);
  EXPECT_THROW(parse_output_format("xml"), Error);
}

}  // namespace
}  // namespace hookwire

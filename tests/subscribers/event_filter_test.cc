#include "hookwire/client/event_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Event failure() {
  Event event;
  event.phase = Phase::failure;
  event.topic = "failure/create_share/nas01@gold";
  event.method = "create_share";
  event.publisher = "nas01@gold";
  event.context.user_id = "alice";
  event.context.project_id = "p-77";
  event.context.request_id = "req-1";
  return event;
}

TEST(Glob, MatchesRunsAndSingleCharacters) {
  EXPECT_TRUE(glob_matches("", ""));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("create_*", "create_share"));
  EXPECT_TRUE(glob_matches("*_share", "create_share"));
  EXPECT_TRUE(glob_matches("c?eate*e", "create_share"));
  EXPECT_TRUE(glob_matches("*a*a*", "banana"));
  EXPECT_TRUE(glob_matches("**", "x"));
  EXPECT_FALSE(glob_matches("", "x"));
  EXPECT_FALSE(glob_matches("?", ""));
  EXPECT_FALSE(glob_matches("create", "create_share"));
  EXPECT_FALSE(glob_matches("*_shore", "create_share"));
  EXPECT_FALSE(glob_matches("a?", "a"));
}

TEST(Glob, StaysQuickForPatternsMadeToBeSlow) {
  std::string glob;
  for (int n = 0; n < 50; ++n) glob += "a*";
  EXPECT_FALSE(glob_matches(glob + "b", std::string(5000, 'a')));
}

TEST(EventFilter, LetsEverythingPassWhenEmpty) {
  EXPECT_TRUE(EventFilter().empty());
  EXPECT_TRUE(EventFilter().matches(failure()));
}

TEST(EventFilter, WantsEveryConditionAndOfEachAnyValue) {
  EXPECT_TRUE((EventFilter{.methods = {"x", "create_*"}}.matches(failure())));
  EXPECT_FALSE((EventFilter{.methods = {"create_*"}, .users = {"bob"}}.matches(failure())));
  EXPECT_TRUE((EventFilter{.methods = {"create_*"}, .users = {"bob", "alice"}}.matches(failure())));
}

TEST(EventFilter, LooksAtEachField) {
  const Event event = failure();
  EXPECT_TRUE(EventFilter{.topics = {"failure/"}}.matches(event));
  EXPECT_FALSE(EventFilter{.topics = {"post/"}}.matches(event));
  EXPECT_TRUE(EventFilter{.phases = {Phase::failure}}.matches(event));
  EXPECT_FALSE(EventFilter{.phases = {Phase::post}}.matches(event));
  EXPECT_TRUE(EventFilter{.publishers = {"nas??@*"}}.matches(event));
  EXPECT_FALSE(EventFilter{.publishers = {"nas02@*"}}.matches(event));
  EXPECT_TRUE(EventFilter{.projects = {"p-77"}}.matches(event));
  EXPECT_FALSE(EventFilter{.projects = {"p-7"}}.matches(event));
  EXPECT_TRUE(EventFilter{.requests = {"req-1"}}.matches(event));
  EXPECT_FALSE(EventFilter{.requests = {"req-2"}}.matches(event));
  EXPECT_TRUE(EventFilter{.failed = true}.matches(event));
  Event post = event;
  post.phase = Phase::post;
  EXPECT_FALSE(EventFilter{.failed = true}.matches(post));
}

TEST(EventFilter, NamesThePrefixesAPublisherCanSortOutBy) {
  EXPECT_THAT(EventFilter().topic_prefixes(), IsEmpty());
  EXPECT_THAT(EventFilter{.users = {"alice"}}.topic_prefixes(), IsEmpty());
  EXPECT_THAT(EventFilter{.failed = true}.topic_prefixes(), ElementsAre("failure/"));
  EXPECT_THAT((EventFilter{.phases = {Phase::pre, Phase::system}}.topic_prefixes()),
              ElementsAre("pre/", "system/"));
  EXPECT_THAT((EventFilter{.methods = {"create_share"}, .failed = true}.topic_prefixes()),
              ElementsAre("failure/create_share/"));
  EXPECT_THAT((EventFilter{.methods = {"create_*"}, .failed = true}.topic_prefixes()),
              ElementsAre("failure/"));
  EXPECT_THAT((EventFilter{.topics = {"post/x/"}, .failed = true}.topic_prefixes()),
              ElementsAre("post/x/"));
}

TEST(EventFilter, NamesNoPrefixesWhenThereAreMoreThanAPublisherTakes) {
  EventFilter filter;
  for (int n = 0; n < 17; ++n) filter.topics.push_back("post/m" + std::to_string(n) + "/");
  EXPECT_THAT(filter.topic_prefixes(), IsEmpty());
  EXPECT_THAT(EventFilter{.topics = {std::string(257, 'x')}}.topic_prefixes(), IsEmpty());
}

}  // namespace
}  // namespace hookwire

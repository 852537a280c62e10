#include <algorithm>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "hookwire/base/error.h"

#include "subscribers/running_subscriber.h"
#include "subscribers/scripted_publisher.h"

// The subscriber over a real socket, with a publisher that does as it should.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;

TEST_F(SubscriberTest, HandsOnAndCommits) {
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 3);
  publisher.batch(1, 2);
  publisher.batch(3, 3);
  expect_given(numbers(1, 3));
  EXPECT_TRUE(eventually([&] { return subscriber().caught_up(); }));
  stop();
  EXPECT_GE(sink_.commits, 1);
  EXPECT_EQ(sink_.caught_up_count, 1);
  EXPECT_EQ(subscriber().counters().records, 3u);
}

TEST_F(SubscriberTest, StartsBeforeItsPublisher) {
  start();
  ASSERT_TRUE(eventually([&] { return subscriber().counters().reconnects >= 3; }));
  ScriptedPublisher publisher(endpoint());
  publisher.welcome(1, 1);
  publisher.batch(1, 1);
  expect_given(numbers(1, 1));
}

TEST_F(SubscriberTest, ResumesWhenItsPublisherDiesAndComesBack) {
  auto publisher = std::make_unique<ScriptedPublisher>(endpoint());
  start();
  publisher->welcome(1, 2);
  publisher->batch(1, 2);
  expect_given(numbers(1, 2));
  const auto before = std::chrono::steady_clock::now();
  publisher.reset();
  publisher = std::make_unique<ScriptedPublisher>(endpoint());

  EXPECT_EQ(publisher->welcome(3, 4).start.sequence, 3u);
  publisher->batch(3, 4);
  expect_given(numbers(1, 4));
  EXPECT_LT(std::chrono::steady_clock::now() - before, options_.silence) << "it did not just wait";
}

TEST_F(SubscriberTest, HandsOnABatchOfTheLargestSize) {
  ScriptedPublisher publisher(endpoint());
  start();
  const std::uint64_t count = kBlockBytes / record_bytes(1).size();
  publisher.welcome(1, count);
  publisher.batch(1, count);
  expect_given(numbers(1, count));
}

TEST_F(SubscriberTest, FollowsSeveralPublishersFairly) {
  options_.endpoints = {endpoint("a"), endpoint("b")};
  ScriptedPublisher a(endpoint("a"));
  ScriptedPublisher b(endpoint("b"));
  std::mutex gate;
  gate.lock();  // the sink waits, so that both have a queue
  std::once_flag once;
  sink_.before_records = [&] { std::call_once(once, [&] { const std::lock_guard l(gate); }); };
  start();
  a.welcome(1, 2000);
  b.welcome(1, 1, kJournal + 1);
  for (std::uint64_t n = 1; n <= 2000; ++n) a.batch(n, n);
  b.batch(1, 1, kJournal + 1);
  gate.unlock();

  ASSERT_TRUE(eventually([&] { return sink_.sequences(endpoint("a")).size() == 2000; }));
  ASSERT_TRUE(eventually([&] { return sink_.sequences(endpoint("b")).size() == 1; }));
  const auto given = sink_.given();
  const auto first_of_b = std::find(given.begin() + 1, given.end(), "1");
  EXPECT_LT(first_of_b - given.begin(), 1000) << "the one with less to say waited for the other";
  EXPECT_TRUE(eventually([&] { return subscriber().caught_up(); }));
}

TEST_F(SubscriberTest, FollowsOneOfTwoEndpointsThatServeTheSameJournal) {
  options_.endpoints = {endpoint("a"), endpoint("b")};
  ScriptedPublisher a(endpoint("a"));
  ScriptedPublisher b(endpoint("b"));
  start();
  a.welcome(1, 2);
  ASSERT_TRUE(eventually([&] { return sink_.connects == 1; }));
  b.welcome(1, 2);
  ASSERT_TRUE(eventually([&] { return sink_.was_told("give each publisher once"); }));
  a.batch(1, 2);
  expect_given(numbers(1, 2));
  EXPECT_TRUE(eventually([&] { return subscriber().caught_up(); }));
}

TEST_F(SubscriberTest, ThrowsWhenAllItFollowsDisplacedIt) {
  options_.name = "audit";
  ScriptedPublisher publisher(endpoint());
  std::optional<ErrorCode> code;
  std::jthread running([&] {
    try {
      subscriber().run({});
    } catch (const Error& error) {
      code = error.code();
    }
  });
  publisher.welcome(1, 0);
  publisher.reply(Displaced{.session = ScriptedPublisher::kSession});
  running.join();
  EXPECT_EQ(code, ErrorCode::closed);
}

TEST_F(SubscriberTest, AcknowledgesAndClosesBeforeItGoes) {
  options_.name = "audit";
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 3);
  publisher.batch(1, 3);
  EXPECT_EQ(publisher.expect<AckRequest>().sequence, 3u);
  publisher.batch(4, 5);
  expect_given(numbers(1, 5));
  stop();
  subscriber_.reset();
  EXPECT_EQ(publisher.expect<AckRequest>().sequence, 5u);
  EXPECT_EQ(publisher.expect<CloseRequest>().session, ScriptedPublisher::kSession);
}

TEST_F(SubscriberTest, LetsTheSinksExceptionOutAndHandsOnAgainWhatWasNotCommitted) {
  ScriptedPublisher publisher(endpoint());
  sink_.before_commit = [] { throw std::runtime_error("disk full"); };
  std::string what;
  std::jthread running([&] {
    try {
      subscriber().run({});
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
  });
  publisher.welcome(1, 2);
  publisher.batch(1, 2);
  running.join();
  EXPECT_EQ(what, "disk full");

  sink_.before_commit = nullptr;
  start();
  publisher.welcome(1, 2);
  publisher.batch(1, 2);
  expect_given({"1", "2", "1", "2"});
}

TEST_F(SubscriberTest, StopsWhenTheSinkAsksForIt) {
  ScriptedPublisher publisher(endpoint());
  sink_.before_records = [&] { subscriber().request_stop(); };
  std::jthread running([&] { subscriber().run({}); });
  publisher.welcome(1, 1);
  publisher.batch(1, 1);
  running.join();
  EXPECT_GE(sink_.commits, 1) << "what was given is committed";
}

TEST_F(SubscriberTest, KeepsNoDescriptorsOfAttemptsThatFailed) {
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  options_.backoff_least = options_.backoff_most = 100us;
  start();
  ASSERT_TRUE(eventually([&] { return subscriber().counters().reconnects >= 20; }));
  const auto before = descriptors();
  ASSERT_TRUE(eventually([&] { return subscriber().counters().reconnects >= 200; }));
  EXPECT_LT(descriptors(), before + 30);
}

TEST_F(SubscriberTest, StopsWhileNobodyAnswers) {
  start();
  ASSERT_TRUE(eventually([&] { return subscriber().counters().reconnects >= 1; }));
  const auto before = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
}

}  // namespace
}  // namespace hookwire::testing

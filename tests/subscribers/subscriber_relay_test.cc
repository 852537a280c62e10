#include "hookwire/base/error.h"
#include "hookwire/client/cursor_file.h"

#include "subscribers/relayed_journal.h"
#include "subscribers/running_subscriber.h"
#include "support/long_form.h"
#include "support/tcp_proxy.h"

// The subscriber with the publisher's own relay.

namespace hookwire::testing {
namespace {

class SubscriberRelayTest : public SubscriberTest {
 protected:
  std::filesystem::path journal(const std::string& name = "journal") const {
    return folder_.path() / name;
  }
  std::string endpoint(const std::string& name = "gold") const {
    return "ipc://" + (folder_.path() / "run" / name).string();
  }
  SubscriberRelayTest() { options_.endpoints = {endpoint()}; }
};

TEST_F(SubscriberRelayTest, FollowsFromReplayToLive) {
  RelayedJournal publisher(journal(), endpoint());
  publisher.append(20'000);
  start();
  ASSERT_TRUE(eventually([&] { return subscriber().caught_up(); })) << log_.text();
  publisher.append(100);
  expect_given(numbers(1, 20'100));
}

TEST_F(SubscriberRelayTest, StartsBeforeItsPublisher) {
  start();
  ASSERT_TRUE(eventually([&] { return subscriber().counters().reconnects >= 2; }));
  RelayedJournal publisher(journal(), endpoint());
  publisher.append(10);
  expect_given(numbers(1, 10));
}

TEST_F(SubscriberRelayTest, MissesAndRepeatsNothingOverRestartsOfThePublisher) {
  start();
  std::uint64_t last = 0;
  for (int life = 0; life < 4; ++life) {
    RelayedJournal publisher(journal(), endpoint());
    publisher.append(500);
    last += 500;
    ASSERT_TRUE(eventually([&] { return sink_.connects == life + 1; })) << log_.text();
    if (life % 2 == 0) {
      publisher.stop();
      EXPECT_TRUE(eventually([&] { return sink_.count() == last; })) << "a stop lets clients drain";
    }
    publisher.append(7);
    last += 7;
  }
  RelayedJournal publisher(journal(), endpoint());
  expect_given(numbers(1, last));
  EXPECT_EQ(subscriber().counters().bad_replies, 0u) << log_.text();
}

TEST_F(SubscriberRelayTest, GoesOnBehindItsCursorsOverItsOwnRestarts) {
  RelayedJournal publisher(journal(), endpoint());
  PosixFileSystem files;
  for (std::uint64_t life = 1; life <= 3; ++life) {
    CursorFile cursors(files, folder_.path() / "cursors");
    cursors_ = &cursors;
    publisher.append(100);
    start();
    EXPECT_TRUE(eventually([&] { return sink_.count() == 100 * life; }));
    stop();
    subscriber_.reset();
  }
  EXPECT_EQ(sink_.given(), numbers(1, 300));
}

TEST_F(SubscriberRelayTest, KeepsItsPlaceWithThePublisherUnderItsName) {
  options_.name = "billing";
  options_.start.from = StreamStart::From::cursor;
  RelayedJournal publisher(journal(), endpoint());
  for (std::uint64_t life = 1; life <= 3; ++life) {
    publisher.append(100);
    start();
    EXPECT_TRUE(eventually([&] { return sink_.count() >= 100 * life; }));
    stop();
    subscriber_.reset();
    // Else its next life may be asked in before this one's last acknowledgement was read.
    ASSERT_TRUE(eventually([&] { return publisher.said_goodbye("billing", 100 * life); }));
  }
  EXPECT_EQ(sink_.given(), numbers(1, 300));
}

TEST_F(SubscriberRelayTest, FollowsAJournalThatReplacedAnother) {
  start();
  {
    RelayedJournal publisher(journal("old"), endpoint());
    publisher.append(50);
    expect_given(numbers(1, 50));
  }
  RelayedJournal publisher(journal("new"), endpoint());
  publisher.append(5);
  ASSERT_TRUE(eventually([&] { return sink_.count() == 55; })) << log_.text();
  EXPECT_EQ(sink_.sequences(endpoint()).back(), 5u);
}

TEST_F(SubscriberRelayTest, GoesBackToAJournalItKnowsWithoutRepeating) {
  start();
  for (int round = 0; round < 2; ++round) {
    for (const char* name : {"one", "two"}) {
      RelayedJournal publisher(journal(name), endpoint());
      const std::size_t expected = sink_.count() + 10;
      publisher.append(10);
      ASSERT_TRUE(eventually([&] { return sink_.count() >= expected; })) << log_.text();
      stop();
      start();
    }
  }
  EXPECT_EQ(sink_.count(), 40u) << ::testing::PrintToString(sink_.given());
}

TEST_F(SubscriberRelayTest, FollowsSeveralPublishers) {
  options_.endpoints = {endpoint("a"), endpoint("b"), endpoint("c")};
  RelayedJournal a(journal("a"), endpoint("a"));
  RelayedJournal b(journal("b"), endpoint("b"));
  start();
  a.append(3000);
  b.append(2000);
  RelayedJournal c(journal("c"), endpoint("c"));
  c.append(1000);
  ASSERT_TRUE(eventually([&] { return sink_.count() == 6000; })) << log_.text();
  EXPECT_TRUE(eventually([&] { return subscriber().caught_up(); }));
  EXPECT_EQ(sink_.sequences(endpoint("a")).size(), 3000u);
  EXPECT_EQ(sink_.sequences(endpoint("c")).back(), 1000u);
}

TEST_F(SubscriberRelayTest, GetsTheTopicsItAskedForAndIsCaughtUpBehindTheOthers) {
  options_.topics = {"failure/"};
  RelayedJournal publisher(journal(), endpoint());
  publisher.append(1000);
  publisher.append(2, {.phase = Phase::failure});
  publisher.append(1000);
  start();
  ASSERT_TRUE(eventually([&] { return subscriber().caught_up(); })) << log_.text();
  expect_given({"1001", "1002"});
  EXPECT_EQ(subscriber().counters().gaps, 0u);
}

TEST_F(SubscriberRelayTest, MissesNotEvenTheLastEventWhenItIsLostOnTheWay) {
  RelayedJournal publisher(journal(), "tcp://127.0.0.1:0");
  TcpProxy proxy({}, test_seed());
  const std::string behind = publisher.endpoint();
  proxy.set_target(static_cast<std::uint16_t>(std::stoul(behind.substr(behind.rfind(':') + 1))));
  options_.endpoints = {proxy.endpoint()};
  start();
  publisher.append(10);
  expect_given(numbers(1, 10));

  proxy.swallow(true);
  publisher.append(1);
  EXPECT_TRUE(eventually([&] { return proxy.counts().swallowed > 150; })) << "nothing was lost";
  proxy.swallow(false);
  expect_given(numbers(1, 11));
  EXPECT_TRUE(sink_.was_told("sends none behind 10"));
  report("last_event_lost", {{"swallowed_bytes", proxy.counts().swallowed}});
}

TEST_F(SubscriberRelayTest, IsDisplacedByASecondOfItsName) {
  options_.name = "audit";
  RelayedJournal publisher(journal(), endpoint());
  RecordingSink other_sink;
  Subscriber other(clock_, log_, options_, other_sink);
  ASSERT_TRUE(eventually([&] {
    other.step(std::chrono::milliseconds(10));
    return other.caught_up();
  }));
  start();
  EXPECT_TRUE(eventually([&] {
    try {
      other.step(std::chrono::milliseconds(10));
      return false;
    } catch (const Error& error) {
      return error.code() == ErrorCode::closed;
    }
  }));
  publisher.append(1);
  expect_given(numbers(1, 1));
}

}  // namespace
}  // namespace hookwire::testing

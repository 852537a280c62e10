#include "relay_test.h"

namespace hookwire::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

class RelayDrainTest : public RelayTest {
 protected:
  /// How long stopping took.
  static Steady::duration stop(Relay& relay, std::chrono::nanoseconds grace) {
    const auto begin = Steady::now();
    relay.stop(grace);
    return Steady::now() - begin;
  }
};

TEST_F(RelayDrainTest, WhatWasAppendedBeforeTheStopStillArrives) {
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest, .credit_bytes = kMaxCreditBytes});
  append_many(5000);
  EXPECT_LT(stop(*relay, seconds(20)), seconds(10));

  const auto closing = client.await<Closing>();
  ASSERT_TRUE(closing);
  EXPECT_EQ(closing->last, 5000U);
  EXPECT_EQ(closing->session, client.session);
  EXPECT_EQ(client.sequences, range_of(1, 5000));
}

TEST_F(RelayDrainTest, AClientThatHasEverythingIsNotWaitedFor) {
  append_many(10);
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  ASSERT_TRUE(client.receive_records(10));
  EXPECT_LT(stop(*relay, seconds(20)), seconds(5));
  EXPECT_TRUE(client.await<Closing>());
}

TEST_F(RelayDrainTest, AClientThatGivesNoCreditIsWaitedForNoLongerThanTheGrace) {
  append_many(5000);
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  const auto took = stop(*relay, milliseconds(300));
  EXPECT_GE(took, milliseconds(290));
  EXPECT_LT(took, seconds(5));

  const auto closing = client.await<Closing>();
  ASSERT_TRUE(closing);
  EXPECT_EQ(closing->last, client.sequences.back()) << "it knows what it lacks";
  EXPECT_LT(closing->last, 5000U);
}

TEST_F(RelayDrainTest, WithoutGraceItStopsAtOnce) {
  append_many(5000);
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  EXPECT_LT(stop(*relay, seconds(0)), seconds(5));
}

TEST_F(RelayDrainTest, StoppedTwiceOrNeverStartedIsNoHarm) {
  const auto relay = start_relay(ipc());
  relay->stop(seconds(1));
  relay->stop(seconds(1));
  EXPECT_THROW(relay->start(), Error);
  const auto another = make_relay(ipc());
  another->stop(seconds(1));
}

TEST_F(RelayDrainTest, NamedCursorsAreSavedWhenItStops) {
  append_many(10);
  auto relay = start_relay(ipc());
  {
    Dealer client(relay->endpoint());
    client.open({.name = "audit", .start = kEarliest});
    ASSERT_TRUE(client.receive_records(10));
    client.send(AckRequest{.session = client.session, .epoch = writer_->epoch(), .sequence = 4});
    ASSERT_TRUE(eventually([&] {
      const RelayStatus status = relay->status();
      return !status.sessions.empty() && status.sessions[0].acknowledged == 4;
    }));
    relay->stop(seconds(1));
  }
  relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.name = "audit", .start = {.from = StreamStart::From::cursor}});
  ASSERT_TRUE(client.receive_records(6));
  EXPECT_EQ(client.sequences, range_of(5, 10));
}

}  // namespace
}  // namespace hookwire::testing

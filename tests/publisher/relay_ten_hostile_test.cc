#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <thread>

#include "relay_test.h"
#include "support/long_form.h"

// Ten at once that do what they should not, next to one that is served.

namespace hookwire::testing {
namespace {

/// One hostile client in a thread of its own; counts what it sent and how often it was refused.
class Hostile {
 public:
  using Act = std::function<void(Dealer&, std::uint64_t turn)>;

  Hostile(const std::string& endpoint, Act act, bool reads)
      : thread_([this, endpoint, act = std::move(act), reads](const std::stop_token& stop) {
          Dealer dealer(endpoint, reads ? 1000 : 1);
          while (!stop.stop_requested()) {
            act(dealer, ++acts);
            if (reads) read(dealer);
          }
          while (reads && read(dealer)) {
          }
        }) {}

  void stop() { thread_ = {}; }

  std::atomic<std::uint64_t> acts{0};
  std::atomic<std::uint64_t> refusals{0};

 private:
  bool read(Dealer& dealer) {
    const auto reply = dealer.receive(std::chrono::milliseconds(1));
    if (!reply) return false;
    if (const auto* welcome = std::get_if<Welcome>(&*reply)) dealer.session = welcome->session;
    if (std::holds_alternative<StreamError>(*reply)) ++refusals;
    return true;
  }

  std::jthread thread_;  // last: it uses the others
};

class RelayTenHostileTest : public RelayTest {
 protected:
  static constexpr std::size_t kKinds = 5;

  /// What each kind does in a turn, given the victim's session.
  static Hostile::Act act_of(std::size_t kind, std::uint64_t victim) {
    switch (kind) {
      case 0:  // opens without end, under ever new names
        return [](Dealer& dealer, std::uint64_t turn) {
          dealer.send(OpenRequest{.name = "hostile" + std::to_string(turn), .start = kEarliest});
        };
      case 1:  // acknowledges for another, and what it was never sent
        return [victim](Dealer& dealer, std::uint64_t turn) {
          if (turn == 1) dealer.send(OpenRequest{.name = "acker", .start = kEarliest});
          dealer.send(AckRequest{.session = victim, .epoch = 1, .sequence = turn});
          dealer.send(AckRequest{.session = dealer.session, .epoch = 1, .sequence = 1ULL << 40});
        };
      case 2:  // asks for every sequence, also those that never were
        return [](Dealer& dealer, std::uint64_t turn) {
          dealer.send(
              OpenRequest{.start = {.from = StreamStart::From::sequence, .sequence = turn * turn}});
        };
      case 3:  // floods: requests, and what is none
        return [](Dealer& dealer, std::uint64_t turn) {
          for (int n = 0; n < 50; ++n) dealer.send(PingRequest{.session = dealer.session});
          dealer.send_frame(std::string(turn % 5000, 'x'), turn % 7 == 0);
        };
      default:  // gives all the credit there is and never reads
        return [](Dealer& dealer, std::uint64_t turn) {
          if (turn == 1)
            dealer.send(OpenRequest{.start = kEarliest, .credit_bytes = kMaxCreditBytes});
          dealer.send(CreditRequest{.session = 0, .credit_bytes = turn * kMaxCreditBytes});
        };
    }
  }
};

TEST_F(RelayTenHostileTest, AnotherSessionGetsTheSameEventsInOrderAndEveryRefusalIsCounted) {
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.name = "audit", .start = kEarliest});
  ASSERT_NE(client.session, 0U);
  std::array<std::unique_ptr<Hostile>, 2 * kKinds> hostile;
  for (std::size_t n = 0; n < hostile.size(); ++n) {
    hostile[n] = std::make_unique<Hostile>(relay->endpoint(), act_of(n % kKinds, client.session),
                                           n % kKinds != kKinds - 1);
  }

  const std::uint64_t rounds = long_form() ? 2000 : 50;
  std::int64_t longest_append_ns = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::int64_t before_ns = clock_.steady_ns();
    append_many(100);
    longest_append_ns = std::max(longest_append_ns, (clock_.steady_ns() - before_ns) / 100);
    ASSERT_TRUE(client.receive_records(100 * (round + 1))) << "in round " << round;
  }
  // Each kind that reads was refused, and a newcomer is let in while they all go on.
  for (std::size_t n = 0; n < hostile.size(); ++n) {
    if (n % kKinds == kKinds - 1) continue;
    EXPECT_TRUE(eventually([&] { return hostile[n]->refusals > 10; })) << "hostile " << n;
  }
  Dealer newcomer(relay->endpoint());
  newcomer.open({.start = kEarliest});
  EXPECT_NE(newcomer.session, 0U);

  EXPECT_EQ(client.sequences, range_of(1, 100 * rounds));
  std::uint64_t told = 0;
  std::uint64_t acts = 0;
  for (const auto& one : hostile) {
    one->stop();
    told += one->refusals;
    acts += one->acts;
  }
  // A refusal that its sender did not read in time is counted, and not told.
  const auto counted = [&] { return relay->status().refused_requests; };
  EXPECT_TRUE(eventually([&] { return counted() >= told; }));
  const auto sessions = relay->status().sessions;
  const auto own =
      std::find_if(sessions.begin(), sessions.end(),
                   [&](const SessionStatus& session) { return session.session == client.session; });
  ASSERT_NE(own, sessions.end());
  EXPECT_EQ(own->acknowledged, 0U) << "somebody acknowledged in its name";
  report("ten_hostile_clients", {{"acts", acts},
                                 {"refused", counted()},
                                 {"told", told},
                                 {"events", 100 * rounds},
                                 {"lost_events", 100 * rounds - client.sequences.size()}});
  EXPECT_LT(longest_append_ns, 50'000'000) << "a call waits for no client";
}

}  // namespace
}  // namespace hookwire::testing

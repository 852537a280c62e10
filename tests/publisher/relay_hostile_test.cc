#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "relay_test.h"

namespace hookwire::testing {
namespace {

using ::testing::Eq;

// Sanitizers hold back freed memory and shadow the rest, so that only the count of what is under
// way bounds it there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kKeptBySanitizer = 1U << 30;
#else
constexpr std::uint64_t kKeptBySanitizer = 0;
#endif

class RelayHostileTest : public RelayTest {
 protected:
  /// Anonymous memory of this process, in bytes.
  static std::uint64_t anonymous_bytes() {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::uint64_t kilobytes = 0;
    while (status >> word) {
      if (word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
  }
  /// Bytes of records that a client's session was sent so far.
  static std::uint64_t sent_to(const Relay& relay, const Dealer& client) {
    for (const SessionStatus& session : relay.status().sessions) {
      if (session.session == client.session) return session.sent_bytes;
    }
    return 0;
  }
  /// A client that is served gets `count` more records, whatever others do.
  void expect_served(Dealer& client, int count) {
    const std::size_t before = client.sequences.size();
    append_many(count);
    ASSERT_TRUE(client.receive_records(before + static_cast<std::size_t>(count)));
    EXPECT_EQ(client.sequences, range_of(1, client.sequences.size()));
  }
};

TEST_F(RelayHostileTest, AClientThatNeverReadsHoldsUpNobodyAndLittleMemory) {
  const auto relay = start_relay(ipc());
  Dealer stopped(relay->endpoint(), 1);
  stopped.open({.start = kEarliest, .credit_bytes = kMaxCreditBytes});
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  expect_served(client, 100);
  const std::uint64_t before = anonymous_bytes();
  ASSERT_GT(before, 0U);

  // It goes on giving credit for what it never reads: some 60 MB in all.
  for (int round = 0; round < 60; ++round) {
    expect_served(client, 1000);
    stopped.grant(sent_to(*relay, stopped) + kMaxCreditBytes / 2);
    append_many(200, 4000);
    ASSERT_TRUE(client.receive_records(client.sequences.size() + 200));
  }
  // What is under way to it is its queue here, its own, and what the kernel holds between them.
  const std::uint64_t queued = sent_to(*relay, stopped);
  EXPECT_GT(queued, 0U);
  EXPECT_LT(queued, kMaxCreditBytes + (4U << 20));
  EXPECT_GT(client.received_bytes, 4 * queued) << "it was to be stuck far behind";
  EXPECT_LT(anonymous_bytes(), before + (24U << 20) + kKeptBySanitizer);
}

TEST_F(RelayHostileTest, GarbageIsRefusedAndOthersAreServed) {
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Dealer hostile(relay->endpoint());
  for (int n = 0; n < 300; ++n) {
    std::string frame(random() % 600, '\0');
    for (char& byte : frame) byte = static_cast<char>(random());
    hostile.send_frame(frame, n % 10 == 0);
  }
  expect_served(client, 1000);
  const auto refused = hostile.await<StreamError>();
  ASSERT_TRUE(refused);
  EXPECT_TRUE(eventually([&] { return relay->status().refused_requests > 100; }));
  expect_served(client, 1000);
}

TEST_F(RelayHostileTest, ARequestALittleTooLargeIsToldSo) {
  const auto relay = start_relay(ipc());
  Dealer hostile(relay->endpoint());
  hostile.send_frame(std::string(kMaxRequestBytes + 1, 'x'), false);
  const auto refused = hostile.await<StreamError>();
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->code, Eq(StreamError::Code::too_large));
}

TEST_F(RelayHostileTest, AFrameFarTooLargeEndsTheConnectionAndNothingElse) {
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  Dealer hostile(relay->endpoint());
  hostile.open({.start = kEarliest});
  ASSERT_TRUE(eventually([&] { return relay->status().sessions.size() == 2; }));
  hostile.send_frame(std::string(1 << 20, 'x'), false);
  expect_served(client, 100);
  EXPECT_TRUE(eventually([&] { return relay->status().sessions.size() == 1; }))
      << "its connection, and so its session, should be over";
}

TEST_F(RelayHostileTest, AStrangerThatDoesNotSpeakZeroMqChangesNothing) {
  const auto relay = start_relay(ipc());
  const int raw = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_GE(raw, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (folder_.path() / "gold.stream").string();
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(raw, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_GT(::send(raw, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), 0);

  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  expect_served(client, 100);
  ::close(raw);
}

TEST_F(RelayHostileTest, ClientsThatComeAndGoLeaveNothingBehind) {
  const auto relay = start_relay(ipc());
  for (int n = 0; n < 50; ++n) {
    Dealer passing(relay->endpoint());
    passing.open({.start = kEarliest});
    ASSERT_NE(passing.session, 0U);
  }
  // A reply to one that is gone is how the relay notices.
  EXPECT_TRUE(eventually([&] {
    append_many(1);
    return relay->status().sessions.empty();
  }));
}

}  // namespace
}  // namespace hookwire::testing

#include <algorithm>
#include <random>

#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

class StreamCredit : public StreamTest {
 protected:
  std::uint64_t received_bytes(const std::string& peer) {
    std::uint64_t bytes = 0;
    for (const Delivered& one : transport_.sent[peer]) bytes += one.records.size();
    return bytes;
  }
};

TEST_F(StreamCredit, StopsWhereItEndsAndGoesOnWhenRaised) {
  append_many(2000);
  const std::uint64_t session = open("a", kEarliest);
  const std::uint64_t before = received_bytes("a");
  const std::size_t count = records("a").size();
  EXPECT_LE(before, kMinCreditBytes);
  EXPECT_GT(before, kMinCreditBytes - 1024) << "credit was left unused";

  ask("a", CreditRequest{.session = session, .credit_bytes = 2 * kMinCreditBytes});
  settle();
  EXPECT_LE(received_bytes("a"), 2 * kMinCreditBytes);
  EXPECT_GT(records("a").size(), count);
}

TEST_F(StreamCredit, ALowerCreditThanBeforeChangesNothing) {
  append_many(2000);
  const std::uint64_t session = open("a", kEarliest, {.credit_bytes = kMaxCreditBytes});
  ask("a", CreditRequest{.session = session, .credit_bytes = 1});
  append_many(10);
  settle();
  EXPECT_EQ(records("a"), range_of(1, 2010));
}

TEST_F(StreamCredit, MoreThanTheLimitAheadIsRefused) {
  const std::uint64_t session = open("a", kEarliest);
  ask("a", CreditRequest{.session = session, .credit_bytes = kMaxCreditBytes + 1});
  settle();
  EXPECT_THAT(refusals("a"), ElementsAre(StreamError::Code::bad_value));
  EXPECT_THAT(all<StreamError>("a")[0].message, ::testing::HasSubstr("credit_bytes"));
  EXPECT_EQ(server().status().refused_requests, 1U);
}

TEST_F(StreamCredit, TheLeastCreditLetsTheLargestRecordThrough) {
  append("post/create_share/nas01@gold", kMaxRecordBytes - 200);
  const std::uint64_t session = open("a", kEarliest);
  append("post/create_share/nas01@gold", kMaxRecordBytes - 200);
  ask("a",
      CreditRequest{.session = session, .credit_bytes = received_bytes("a") + kMinCreditBytes});
  settle();
  EXPECT_THAT(records("a"), ElementsAre(1, 2));
}

TEST_F(StreamCredit, IsNeverExceededWhateverTheSizesAndTheFilter) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  struct Client {
    std::string peer;
    std::uint64_t session = 0;
    std::uint64_t credit = kMinCreditBytes;
  };
  std::vector<Client> clients{{"a"}, {"b"}, {"c"}};
  std::vector<std::uint64_t> failures;
  for (Client& client : clients) {
    OpenRequest request;
    if (client.peer == "c") request.topics = {"failure/"};
    client.session = open(client.peer, kEarliest, request);
  }
  for (int round = 0; round < 400; ++round) {
    for (int n = pick(8); n > 0; --n) {
      const bool failure = pick(3) == 0;
      const auto size = static_cast<std::size_t>(pick(10) == 0 ? pick(50'000) : pick(2'000));
      const std::uint64_t sequence =
          append(failure ? "failure/a/nas01@gold" : "post/a/nas01@gold", size);
      if (failure) failures.push_back(sequence);
    }
    Client& client = clients[static_cast<std::size_t>(pick(3))];
    if (pick(2) == 0) {
      const std::uint64_t credit =
          received_bytes(client.peer) + kMinCreditBytes + static_cast<std::uint64_t>(pick(9'999));
      client.credit = std::max(client.credit, credit);  // it never falls
      ask(client.peer, CreditRequest{.session = client.session, .credit_bytes = client.credit});
    }
    server().step();
    for (const Client& each : clients) ASSERT_LE(received_bytes(each.peer), each.credit);
  }
  const std::uint64_t last = writer_->last_sequence();
  for (int round = 0; round < 1000; ++round) {
    for (Client& client : clients) {
      client.credit = received_bytes(client.peer) + kMinCreditBytes;
      ask(client.peer, CreditRequest{.session = client.session, .credit_bytes = client.credit});
    }
    settle();
  }
  EXPECT_EQ(records("a"), range_of(1, last));
  EXPECT_EQ(records("b"), range_of(1, last));
  EXPECT_EQ(records("c"), failures);
}

}  // namespace
}  // namespace hookwire::testing

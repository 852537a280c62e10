#include "stream_test.h"

// Many who are far behind, and those who are not.

namespace hookwire::testing {
namespace {

class StreamCatchUp : public StreamTest {
 protected:
  static constexpr int kBehind = 32;

  static std::string behind(int n) { return "behind" + std::to_string(n); }

  void open_behind() {
    for (int n = 0; n < kBehind; ++n) {
      ask(behind(n), OpenRequest{.start = kEarliest, .credit_bytes = kMaxCreditBytes});
    }
  }
  std::size_t batches_of_those_behind() {
    std::size_t batches = 0;
    for (int n = 0; n < kBehind; ++n) batches += all<Batch>(behind(n)).size();
    return batches;
  }
  /// One session that keeps up while events come, and those behind.
  void open_next_to_a_live_one() {
    open("live", kLatest, {.credit_bytes = kMaxCreditBytes});
    append();
    settle();
    open_behind();
  }
  std::uint64_t bytes_of_those_behind() {
    std::uint64_t bytes = 0;
    for (const SessionStatus& session : server().status().sessions) bytes += session.sent_bytes;
    return bytes;
  }
};

TEST_F(StreamCatchUp, AllTogetherHoldALiveOneUpForAFewBlocksAStepOnly) {
  append_many(20'000);
  open("live", kLatest, {.credit_bytes = kMaxCreditBytes});
  open_behind();
  std::uint64_t last = 20'000;
  std::size_t before = 0;
  int steps = 0;
  for (bool worked = true; worked; ++steps) {
    if (steps < 40) last = append();
    worked = server().step();
    if (!worked && server().holds_back()) {
      clock_.advance(server().idle_for());
      worked = true;
    }
    ASSERT_EQ(covered("live"), last) << "a live one waits for no other step";
    const std::size_t batches = batches_of_those_behind();
    ASSERT_LE(batches - before, static_cast<std::size_t>(StreamServer::kChunksBehind));
    before = batches;
  }
  EXPECT_GT(steps, 40) << "it was over before it was looked at";
  for (int n = 0; n < kBehind; ++n) ASSERT_EQ(records(behind(n)), range_of(1, last));
}

TEST_F(StreamCatchUp, OneWithoutCreditTakesNobodysTurn) {
  append_many(5000);
  open("live", kLatest, {.credit_bytes = kMaxCreditBytes});
  for (int n = 0; n < kBehind; ++n) open("poor" + std::to_string(n), kEarliest);
  open("rich", kEarliest, {.credit_bytes = kMaxCreditBytes});
  EXPECT_EQ(records("rich"), range_of(1, 5000));
  EXPECT_LT(covered("poor0"), 5000U);
}

TEST_F(StreamCatchUp, ThoseFarBehindComeToShareTheirBuffersWithTheRest) {
  append_many(5000);
  open("live", kLatest, {.credit_bytes = kMaxCreditBytes});
  open_behind();
  settle();
  append_many(100);
  settle();
  for (int n = 0; n < kBehind; ++n) EXPECT_EQ(covered(behind(n)), 5100U);
  EXPECT_LE(buffers_.outstanding(), 1U);
}

TEST_F(StreamCatchUp, WithALiveOneTheyGetWhatThePaceAllows) {
  append_many(20'000);
  open_next_to_a_live_one();
  for (int n = 0; n < 50; ++n) {
    while (server().step()) continue;
    EXPECT_TRUE(server().holds_back());
    EXPECT_LE(server().idle_for(), std::chrono::milliseconds(10));
    clock_.advance(std::chrono::milliseconds(1));
    server().woke(ReplayPace::kLateNs + 1);
  }
  EXPECT_NEAR(static_cast<double>(bytes_of_those_behind()), ReplayPace::kLeast * 0.05,
              4.0 * kBlockBytes);
}

TEST_F(StreamCatchUp, WithALiveOneTheyGetOneBatchAStepSoThatNoTwoReadersWakeAtOnce) {
  append_many(20'000);
  open_next_to_a_live_one();
  for (int i = 0; i < 10'000; ++i) server().woke(0);
  std::size_t before = batches_of_those_behind();
  int sent = 0;
  for (int n = 0; n < 200; ++n) {
    append();
    server().step();
    const std::size_t batches = batches_of_those_behind();
    ASSERT_LE(batches - before, 1U);
    sent += batches > before ? 1 : 0;
    before = batches;
    clock_.advance(std::chrono::milliseconds(1));
    server().woke(0);
  }
  EXPECT_GT(sent, 50) << "nobody was served";
}

TEST_F(StreamCatchUp, TheyGoFasterWhileTheRelayIsInTime) {
  append_many(20'000);
  open_next_to_a_live_one();
  for (int n = 0; n < 50; ++n) {
    while (server().step()) continue;
    clock_.advance(std::chrono::milliseconds(1));
    for (int i = 0; i < 100; ++i) server().woke(0);
  }
  EXPECT_GT(static_cast<double>(bytes_of_those_behind()), 4 * ReplayPace::kLeast * 0.05);
}

TEST_F(StreamCatchUp, WhileNobodyIsLiveNothingHoldsThemBack) {
  append_many(20'000);
  open_behind();
  while (server().step()) EXPECT_FALSE(server().holds_back());
  for (int n = 0; n < kBehind; ++n) ASSERT_EQ(covered(behind(n)), 20'000U);
}

TEST_F(StreamCatchUp, WhileNothingIsAppendedNothingHoldsThemBack) {
  append_many(20'000);
  open_next_to_a_live_one();
  clock_.advance(std::chrono::seconds(10));
  while (server().step()) EXPECT_FALSE(server().holds_back());
  for (int n = 0; n < kBehind; ++n) ASSERT_EQ(covered(behind(n)), 20'001U);
}

TEST_F(StreamCatchUp, AtTheEndNothingHoldsThemBack) {
  append_many(20'000);
  open_next_to_a_live_one();
  server().hurry();
  while (server().step()) EXPECT_FALSE(server().holds_back());
  for (int n = 0; n < kBehind; ++n) ASSERT_EQ(covered(behind(n)), 20'001U);
}

}  // namespace
}  // namespace hookwire::testing

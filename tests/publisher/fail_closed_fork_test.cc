#include "fail_closed_test.h"

namespace hookwire::testing {
namespace {

class FailClosedFork : public FailClosedTest {
 protected:
  FailClosedFork() { append_wait_ = std::chrono::seconds(10); }
};

TEST_F(FailClosedFork, AChildsCallsAreRefusedSinceNothingRecordsThem) {
  open_closed();
  ASSERT_TRUE(accepted());
  const std::uint64_t last = publisher_->status().last_sequence;
  EXPECT_TRUE(in_process_that_dies([&] {
    const int runs = driver_runs_;
    const Answer answer = call();
    EXPECT_EQ(answer.outcome, CallReport::Outcome::vetoed);
    EXPECT_THAT(answer.error, ::testing::HasSubstr("forked"));
    EXPECT_EQ(driver_runs_, runs);
    leave();
    EXPECT_TRUE(log_.lines().empty()) << log_.text();
  }));
  EXPECT_EQ(publisher_->status().last_sequence, last);
  EXPECT_TRUE(accepted());
  expect_each_call_has_one_end();
}

TEST_F(FailClosedFork, ACallThatForksHasOneEndAndItsRoomIsUsedOnce) {
  segment_bytes_ = 256 * 1024;  // room for few calls: what leaks shows
  open_closed();
  const pid_t parent = ::getpid();
  constexpr int kCalls = 20;
  int good = 0;
  store_.on_call = [&] {
    // The child comes back from the call as well.
    const pid_t child = ::fork();
    if (child == 0) return;
    int status = 0;
    good += ::waitpid(child, &status, 0) == child && status == 0 ? 1 : 0;
  };
  for (int n = 0; n < kCalls; ++n) {
    const Answer answer = call();
    const bool worked = answer.outcome == CallReport::Outcome::success;
    if (::getpid() != parent) ::_exit(worked ? 0 : 1);
    EXPECT_TRUE(worked) << answer.error;
  }
  EXPECT_EQ(good, kCalls) << "in the child the call works, and its end is the parent's";
  EXPECT_EQ(counted().size(), static_cast<std::size_t>(kCalls));
  expect_each_call_has_one_end();
}

}  // namespace
}  // namespace hookwire::testing

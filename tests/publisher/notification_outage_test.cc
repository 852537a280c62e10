#include <atomic>
#include <thread>

#include "publisher_test.h"
#include "support/eventually.h"
#include "support/full_disk.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NotificationOutage : public PublisherTest {
 protected:
  NotificationOutage() {
    files_ = &disk_;
    segment_bytes_ = 128 * 1024;
    append_wait_ = std::chrono::milliseconds(20);
  }
  ~NotificationOutage() override { leave(); }

  /// The publisher goes without stopping, while the disk is still there.
  void leave() {
    chain_.replace({});
    hook_.reset();
    publisher_.reset();
  }

  void call() { hooked_.call<&Store::drop>(context_, "s-1"); }
  std::uint64_t lost() const { return publisher_->status().lost_events; }
  /// Calls until events are lost.
  void fill_up() {
    disk_.full = true;
    for (int n = 0; n < 5000 && lost() == 0; ++n) call();
    ASSERT_GT(lost(), 0U) << "the journal took everything";
    ASSERT_GT(disk_.refused, 0);
  }
  /// Calls until events are taken again.
  void recover() {
    disk_.full = false;
    ASSERT_TRUE(eventually([&] {
      call();
      return !told("gap").empty();
    }));
  }
  /// How many pre and how many ends each call has.
  std::map<std::string, std::pair<int, int>> counted() const {
    std::map<std::string, std::pair<int, int>> calls;
    for (const Event& event : call_events()) {
      auto& [pre, end] = calls[event.call_id];
      (event.phase == Phase::pre ? pre : end) += 1;
    }
    return calls;
  }

  FullDisk disk_;
};

TEST_F(NotificationOutage, CallsGoOnAndTheGapIsToldFirstAfterwards) {
  open();
  fill_up();
  int calls = 0;
  store_.on_call = [&] { ++calls; };
  for (int n = 0; n < 20; ++n) call();
  EXPECT_EQ(calls, 20);
  const std::uint64_t last = publisher_->status().last_sequence;
  recover();

  const auto gaps = told("gap");
  ASSERT_THAT(gaps, SizeIs(1));
  EXPECT_EQ(gaps[0].identity.sequence, last + 1) << "before anything else";
  EXPECT_EQ(*gaps[0].data->find("count")->unsigned_integer(), lost());
  EXPECT_GE(lost(), 21U);
  const std::uint64_t from = *gaps[0].data->find("from_time_ns")->unsigned_integer();
  const std::uint64_t to = *gaps[0].data->find("to_time_ns")->unsigned_integer();
  EXPECT_LT(from, to);
  EXPECT_LE(to, static_cast<std::uint64_t>(gaps[0].time_ns));
  EXPECT_THAT(*gaps[0].data->find("reason")->string(), HasSubstr("segment"));
  for (const auto& [call_id, count] : counted()) {
    EXPECT_EQ(count, std::pair(1, 1)) << call_id;
  }
}

TEST_F(NotificationOutage, IsLoggedOnceAtItsBeginningAndOnceAtItsEnd) {
  open();
  fill_up();
  for (int n = 0; n < 20; ++n) call();
  EXPECT_EQ(log_.count("events are being lost"), 1U);
  recover();
  EXPECT_EQ(log_.count("events are being lost"), 1U);
  EXPECT_EQ(log_.count("the journal takes events again"), 1U);
  disk_.full = true;
  for (int n = 0; n < 5000 && log_.count("events are being lost") < 2; ++n) call();
  EXPECT_EQ(log_.count("events are being lost"), 2U);
}

TEST_F(NotificationOutage, ACallWhoseEndIsLostIsClosedAsAbortedAfterwards) {
  open();
  // The outage begins while the call is with the driver.
  bool inside = false;
  store_.on_call = [&] {
    if (std::exchange(inside, true)) return;
    fill_up();
  };
  hooked_.call<&Store::make>(context_, "s-1", 5, access_);
  const std::string call_id = call_events().back().call_id;
  std::string open_call;
  for (const Event& event : call_events()) {
    if (event.method == "make") open_call = event.call_id;  // others may have lost their ends too
  }
  ASSERT_EQ(counted()[open_call], std::pair(1, 0));
  recover();
  for (const auto& [id, count] : counted()) EXPECT_EQ(count, std::pair(1, 1)) << id;
  std::size_t closed = 0;
  for (const Event& event : call_events()) {
    if (event.call_id != open_call || event.phase != Phase::failure) continue;
    ++closed;
    EXPECT_EQ(event.topic, "failure/make/nas01@gold");
    EXPECT_EQ(event.outcome, "aborted");
    EXPECT_EQ(event.error->type, "Aborted");
    EXPECT_GT(event.identity.sequence, told("gap")[0].identity.sequence);
  }
  EXPECT_EQ(closed, 1U);
}

TEST_F(NotificationOutage, OfAHostThatIsIdleIsToldOnceItIsOver) {
  open();
  publisher_->start();
  fill_up();
  EXPECT_THAT(told("gap"), IsEmpty());
  disk_.full = false;
  EXPECT_TRUE(eventually([&] { return !told("gap").empty(); })) << "nobody called since";
  EXPECT_EQ(*told("gap").front().data->find("count")->unsigned_integer(), lost());
}

TEST_F(NotificationOutage, WithManyThreadsEveryLossIsInAGap) {
  open();
  constexpr int kThreads = 6;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&] {
      while (!stop) call();
    });
  }
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t before = lost();
    disk_.full = true;
    EXPECT_TRUE(eventually([&] { return lost() > before + 50; }));
    disk_.full = false;
    const std::uint64_t sequence = publisher_->status().last_sequence;
    EXPECT_TRUE(eventually([&] { return publisher_->status().last_sequence > sequence + 100; }));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  // On a loaded machine a segment may be late once more.
  EXPECT_TRUE(eventually([&] {
    call();
    std::uint64_t gaps = 0;
    for (const Event& gap : told("gap")) gaps += *gap.data->find("count")->unsigned_integer();
    return gaps == lost();
  }));
  for (const auto& [call_id, count] : counted()) EXPECT_EQ(count, std::pair(1, 1)) << call_id;
}

TEST_F(NotificationOutage, AnEndThatIsStillLostWhenTheProcessGoesIsClosedByTheNextOpen) {
  open();
  bool inside = false;
  store_.on_call = [&] {
    if (!std::exchange(inside, true)) fill_up();
  };
  call();
  std::uint64_t unended = 0;
  for (const auto& [call_id, count] : counted()) unended += count.second == 0 ? 1U : 0U;
  ASSERT_GT(unended, 0U);
  leave();
  disk_.full = false;
  append_wait_ = std::chrono::seconds(30);
  open();
  EXPECT_EQ(publisher_->status().aborted_calls, unended);
  for (const auto& [call_id, count] : counted()) EXPECT_EQ(count, std::pair(1, 1)) << call_id;
}

}  // namespace
}  // namespace hookwire::testing

#include <pthread.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "hookwire/base/doorbell.h"

#include "journal_fixture.h"
#include "support/cancelled_thread.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

// Threads may be cancelled while they append: the record is written, and others go on.
class JournalCancel : public JournalTest, public ::testing::WithParamInterface<JournalSync> {
 protected:
  std::unique_ptr<JournalWriter> open_with_doorbell() {
    return std::make_unique<JournalWriter>(files_, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = kSmallSegment,
                                                          .sync = GetParam(),
                                                          .append_wait = std::chrono::seconds(30)},
                                           &doorbell_);
  }

  Doorbell doorbell_;
};

TEST_P(JournalCancel, AThreadThatIsToBeCancelledStillAppendsAndWakesTheReader) {
  const auto journal = open_with_doorbell();
  doorbell_.prepare();
  std::uint64_t sequence = 0;
  CancelledThread thread([&] {
    ::pthread_cancel(::pthread_self());
    sequence = append(*journal, "one");
    ::pthread_testcancel();
  });
  EXPECT_TRUE(thread.join());
  EXPECT_EQ(sequence, 1U);
  EXPECT_EQ(append(*journal, "two"), 2U) << "others go on";
}

TEST_P(JournalCancel, ThreadsThatAreCancelledWhileTheyAppendLeaveNothingHalfway) {
  constexpr int kRounds = 200;
  const auto journal = open_with_doorbell();
  std::atomic<std::uint64_t> appended{0};
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) {
      doorbell_.prepare();
      append(*journal, "other");
      ++appended;
    }
  });
  int hits = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> appending{false};
    std::atomic<std::uint64_t> begun{0};
    std::uint64_t done = 0;
    CancelledThread thread([&] {
      while (true) {
        ++begun;
        appending = true;
        append(*journal, "cancelled");
        appending = false;
        ++done;
        ::pthread_testcancel();
      }
    });
    EXPECT_TRUE(eventually([&] { return begun > 2 && appending; }));
    thread.cancel();
    if (appending) ++hits;
    EXPECT_TRUE(thread.join());
    ASSERT_EQ(begun, done);
    appended += done;
  }
  stop = true;
  other.join();
  EXPECT_EQ(journal->last_sequence(), appended);
  std::printf("torture: cancel_appends_%s rounds=%d hits=%d\n",
              GetParam() == JournalSync::disk ? "disk" : "os", kRounds, hits);
  EXPECT_GT(hits, 0) << "no thread was cancelled within an append";
}

INSTANTIATE_TEST_SUITE_P(WithEachSync, JournalCancel,
                         ::testing::Values(JournalSync::os, JournalSync::disk),
                         [](const auto& each) {
                           return each.param == JournalSync::disk ? "disk" : "os";
                         });

}  // namespace
}  // namespace hookwire::testing

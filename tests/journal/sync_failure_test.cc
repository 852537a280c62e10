#include <map>
#include <set>
#include <thread>

#include "journal_fixture.h"
#include "support/eventually.h"
#include "watched_files.h"

namespace hookwire::testing {
namespace {

class SyncFailureTest : public JournalTest {
 protected:
  SyncFailureTest() {
    files_that_fail_.on_sync = [this](const std::string& segment) {
      ++asked_[segment];
      if (!failing_.contains(segment)) return;
      ++failed_;
      throw IoError(EIO, "sync " + segment);
    };
  }
  std::unique_ptr<JournalWriter> open_disk() {
    return std::make_unique<JournalWriter>(files_that_fail_, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = 4 * kBlockBytes,
                                                          .sync = JournalSync::disk,
                                                          .append_wait = std::chrono::seconds(30)});
  }
  std::string name(int ordinal) const { return segment(ordinal).filename().string(); }

  WatchedFiles files_that_fail_;
  std::set<std::string> failing_;
  std::map<std::string, int> asked_;
  std::atomic<int> failed_{0};
};

TEST_F(SyncFailureTest, TheCallerIsToldAndANewSegmentBeginsBehindTheDurablePart) {
  {
    const auto journal = open_disk();
    append(*journal, "one");
    append(*journal, "two");
    failing_.insert(name(1));
    const int asked = asked_[name(1)];
    EXPECT_THROW(append(*journal, "gone"), Error);
    EXPECT_EQ(failed_, 1);
    EXPECT_THAT(journal->sync_error(), ::testing::HasSubstr("sync " + name(1)));
    EXPECT_EQ(append(*journal, "three"), 3u) << "the number of what is gone is given again";
    EXPECT_EQ(append(*journal, "four"), 4u);
    EXPECT_EQ(asked_[name(1)], asked + 1) << "a file that failed is not synced again";
    EXPECT_EQ(read_all().bodies, (std::vector<std::string>{"one", "two", "three", "four"}));
  }
  EXPECT_TRUE(inspect_journal(files_, folder()).damage.empty());
  failing_.clear();
  const auto journal = open_disk();
  EXPECT_FALSE(journal->recovery().closed_cleanly);
  EXPECT_TRUE(journal->recovery().gaps.empty());
  EXPECT_EQ(append(*journal, "five"), 5u);
  EXPECT_EQ(read_all().bodies, (std::vector<std::string>{"one", "two", "three", "four", "five"}));
}

TEST_F(SyncFailureTest, AReaderThatFollowsMissesNothingAndSeesNothingThatIsGone) {
  const auto journal = open_disk();
  append(*journal, "one");
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  failing_.insert(name(1));
  EXPECT_THROW(append(*journal, "gone"), Error);
  read_on(reader, seen);
  append(*journal, "two");
  read_on(reader, seen);
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(seen.gaps.empty());
}

// The seal of the segment that failed may not reach the disk either.
TEST_F(SyncFailureTest, WhatIsGoneStaysGoneWithoutTheSeal) {
  {
    const auto journal = open_disk();
    append(*journal, "one");
    failing_.insert(name(1));
    EXPECT_THROW(append(*journal, "gone"), Error);
    append(*journal, "two");
  }
  write_zeros(segment(1), 128, 64);
  const Seen seen = read_all();
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one", "two"}));
  const JournalInspection journal = inspect_journal(files_, folder());
  EXPECT_TRUE(journal.damage.empty()) << journal.damage[0].what;
  EXPECT_EQ(journal.record_count, 2u);
}

TEST_F(SyncFailureTest, UnderManyThreadsWhoWasAnsweredIsThereAndNobodyElse) {
  std::set<std::string> answered;
  std::mutex mutex;
  {
    const auto journal = open_disk();
    for (int ordinal = 1; ordinal < 40; ordinal += 3) failing_.insert(name(ordinal));
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i) {
          const std::string body = std::to_string(t) + "-" + std::to_string(i);
          try {
            append(*journal, body);
          } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::io) << error.what();
            continue;
          }
          const std::lock_guard lock(mutex);
          answered.insert(body);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_GT(failed_, 0);
    const Seen seen = read_all();
    EXPECT_TRUE(is_whole(seen.sequences));
    EXPECT_EQ(std::set<std::string>(seen.bodies.begin(), seen.bodies.end()), answered);
    EXPECT_EQ(seen.bodies.size(), answered.size());
  }
  std::printf("%d syncs failed; of 600 records %zu were answered\n", failed_.load(),
              answered.size());
}

TEST_F(SyncFailureTest, InTheBackgroundItEndsWhatIsCalledDurable) {
  JournalWriter journal(files_that_fail_, clock_,
                        {.folder = folder(),
                         .segment_bytes = kSmallSegment,
                         .sync_interval = std::chrono::milliseconds(2),
                         .append_wait = std::chrono::seconds(30)});
  append(journal, "one");
  ASSERT_TRUE(eventually([&] { return journal.durable_sequence() == 1; }));
  failing_.insert(name(1));
  append(journal, "two");
  ASSERT_TRUE(eventually([&] { return !journal.sync_error().empty(); }));
  EXPECT_EQ(append(journal, "three"), 3u) << "readers of this machine still get everything";
  EXPECT_EQ(journal.durable_sequence(), 1u);
  EXPECT_EQ(failed_, 1);
  EXPECT_EQ(read_all().bodies.size(), 3u);
}

}  // namespace
}  // namespace hookwire::testing

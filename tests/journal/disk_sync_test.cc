#include <thread>

#include "journal_fixture.h"
#include "other_boot.h"
#include "support/eventually.h"
#include "watched_files.h"

namespace hookwire::testing {
namespace {

class DiskSyncTest : public JournalTest {
 protected:
  std::unique_ptr<JournalWriter> open_disk(FileSystem& files,
                                           std::uint64_t segment_bytes = 16 * kBlockBytes) {
    return std::make_unique<JournalWriter>(files, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = segment_bytes,
                                                          .sync = JournalSync::disk,
                                                          .append_wait = std::chrono::seconds(30)});
  }

  WatchedFiles watched_;
  Gate gate_;
};

TEST_F(DiskSyncTest, AnAppendReturnsAndIsReadOnlyOnceItIsSynced) {
  const auto journal = open_disk(watched_);
  watched_.on_sync = [this](const std::string&) { gate_.pass(); };
  gate_.close();
  std::atomic<bool> returned{false};
  std::thread caller([&] {
    append(*journal, "one");
    returned = true;
  });
  gate_.wait_for_one();
  JournalReader reader(files_, folder());
  EXPECT_EQ(reader.next().kind, JournalChunk::Kind::end) << "it could be sent before it is safe";
  EXPECT_EQ(journal->last_sequence(), 0u);
  EXPECT_EQ(reader.durable_sequence(), 0u);
  EXPECT_FALSE(returned);
  gate_.open();
  caller.join();
  EXPECT_EQ(journal->last_sequence(), 1u);
  EXPECT_EQ(journal->durable_sequence(), 1u);
  EXPECT_EQ(reader.durable_sequence(), 1u);
  EXPECT_EQ(reader.next().last, 1u);
}

TEST_F(DiskSyncTest, OneSyncServesAllWhoWait) {
  const auto journal = open_disk(watched_);
  watched_.on_sync = [this](const std::string&) { gate_.pass(); };
  gate_.close();
  std::thread first([&] { append(*journal, "first"); });
  gate_.wait_for_one();
  const int before = watched_.syncs;
  constexpr int kThreads = 8;
  std::atomic<int> started{0};
  std::vector<std::thread> others;
  for (int i = 0; i < kThreads; ++i) {
    others.emplace_back([&] {
      ++started;
      append(*journal, "other");
    });
  }
  ASSERT_TRUE(eventually([&] { return started == kThreads; }));
  gate_.open();
  first.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(journal->last_sequence(), 9u);
  // One for the first, and one for those who had appended meanwhile; a late starter more.
  EXPECT_LE(watched_.syncs - before, kThreads);
  EXPECT_TRUE(is_whole(read_all().sequences));
}

TEST_F(DiskSyncTest, EveryRecordIsSyncedAcrossSegmentsUnderManyThreads) {
  {
    const auto journal = open_disk(files_, kSmallSegment);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        const std::string body(5000, 'x');
        for (int i = 0; i < 50; ++i) {
          const std::uint64_t sequence = append(*journal, body);
          ASSERT_GE(journal->durable_sequence(), sequence);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(journal->last_sequence(), 200u);
  }
  const JournalInspection journal = inspect_journal(files_, folder());
  EXPECT_TRUE(journal.damage.empty());
  EXPECT_GT(journal.segments.size(), 5u);
  EXPECT_EQ(journal.record_count, 200u);
  EXPECT_TRUE(is_whole(read_all().sequences));
}

TEST_F(DiskSyncTest, WhatAKilledProcessHadNotSyncedIsSyncedBeforeItIsShown) {
  write_and_die([](JournalWriter& journal) { append(journal, "of a process that died"); });
  std::vector<std::uint64_t> shown;
  watched_.on_sync = [&](const std::string&) {
    JournalReader reader(files_, folder());
    shown.push_back(reader.durable_sequence());
  };
  const auto journal = open_disk(watched_);
  ASSERT_FALSE(shown.empty());
  EXPECT_EQ(shown.front(), 0u);
  EXPECT_EQ(journal->durable_sequence(), 1u);
}

TEST_F(DiskSyncTest, KeepsItsEpochOverALossOfPower) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const auto journal = open_disk(files_);
    append(*journal, "one");
    ::_exit(0);
  }
  ::waitpid(pid, nullptr, 0);
  OtherBoot after_boot;
  const auto journal = open_disk(after_boot);
  EXPECT_FALSE(journal->recovery().closed_cleanly);
  EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
  EXPECT_EQ(append(*journal, "two"), 2u);
  EXPECT_EQ(read_all().epoch, 1u);
}

TEST_F(DiskSyncTest, AnIntervalMakesTheDurablePositionFollow) {
  JournalWriter journal(watched_, clock_,
                        {.folder = folder(),
                         .segment_bytes = kSmallSegment,
                         .sync_interval = std::chrono::milliseconds(5),
                         .append_wait = std::chrono::seconds(30)});
  const std::string body(5000, 'x');
  for (int i = 0; i < 100; ++i) append(journal, body);
  EXPECT_TRUE(eventually([&] { return journal.durable_sequence() == 100; }));
  EXPECT_EQ(JournalReader(files_, folder()).durable_sequence(), 100u);
  EXPECT_GE(watched_.syncs, 5) << "each of the five segments that were written";
}

TEST_F(DiskSyncTest, WithoutAnIntervalNothingIsCalledDurable) {
  const auto journal = open();
  append(*journal, "one");
  EXPECT_EQ(journal->durable_sequence(), 0u);
  EXPECT_EQ(JournalReader(files_, folder()).durable_sequence(), 0u);
}

}  // namespace
}  // namespace hookwire::testing

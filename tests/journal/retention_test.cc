#include <atomic>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "hookwire/testing/fake_clock.h"

#include "journal_fixture.h"
#include "other_boot.h"
#include "support/eventually.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

// The machine's files on a disk of which a test says how much is free.
class SmallDisk final : public ForwardingFileSystem {
 public:
  std::atomic<std::uint64_t> free{1 << 30};
  std::atomic<bool> keeps_files{false};
  std::atomic<int> kept{0};
  std::atomic<bool> full{false};

  std::uint64_t free_bytes(const std::filesystem::path&) override { return free; }
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    if (full && mode == OpenMode::create_new) throw IoError(ENOSPC, "make " + path.string());
    return ForwardingFileSystem::open(path, mode);
  }
  void remove(const std::filesystem::path& path) override {
    if (keeps_files && path.extension() == ".hwj") {
      ++kept;
      throw IoError(EACCES, "remove " + path.string());
    }
    ForwardingFileSystem::remove(path);
  }
};

class RetentionTest : public JournalTest {
 protected:
  static constexpr std::uint64_t kSegment = kSmallSegment;

  void start(JournalRetention retention) { start(std::move(retention), disk_); }
  void start(JournalRetention retention, FileSystem& files) {
    retention.needs = [this] {
      const std::lock_guard lock(mutex_);
      return needs_;
    };
    journal_ = std::make_unique<JournalWriter>(files, time_,
                                               JournalOptions{.folder = folder(),
                                                              .segment_bytes = kSegment,
                                                              .append_wait = append_wait_,
                                                              .retention = std::move(retention)});
  }

  void need(JournalNeeds needs) {
    const std::lock_guard lock(mutex_);
    needs_ = std::move(needs);
  }

  std::uint64_t append_one() {
    return journal_->append({.kind = 1,
                             .flags = 0,
                             .topic = "pre/m/p",
                             .body = std::as_bytes(std::span(body_)),
                             .time_ns = time_.unix_ns()});
  }

  /// Appends until `count` segments more have been in use.
  void fill(int count) {
    for (int i = 0; i < count; ++i) {
      for (std::uint64_t bytes = 0; bytes < kSegment; bytes += body_.size()) append_one();
    }
  }

  std::vector<std::uint64_t> held() {
    const Seen seen = read_all();
    EXPECT_TRUE(seen.gaps.empty());
    return seen.sequences;
  }
  std::uint64_t oldest() { return JournalReader(files_, folder()).first_sequence(); }
  /// Where the segment behind the oldest begins.
  std::uint64_t second() { return inspect_journal(files_, folder()).segments.at(1).first_sequence; }
  std::size_t files() {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      count += entry.path().extension() == ".hwj" ? 1u : 0u;
    }
    return count;
  }

  /// No more than `most` files are left, the one made ready among them: nothing more will go.
  bool at_rest(std::size_t most) {
    const JournalInspection found = inspect_journal(files_, folder());
    return found.segments.size() <= most && found.segments.back().first_sequence == 0;
  }

  /// The journal's thread looks again, as after a second.
  bool turns_out(const std::function<bool()>& condition) {
    return eventually([&] {
      time_.advance(std::chrono::milliseconds(100));
      return condition();
    });
  }

  std::vector<JournalNotice> notices() {
    for (JournalNotice& notice : journal_->take_notices()) noticed_.push_back(std::move(notice));
    return noticed_;
  }

  SmallDisk disk_;
  FakeClock time_;
  std::chrono::nanoseconds append_wait_ = std::chrono::seconds(30);  // on a loaded machine
  std::string body_ = std::string(1000, 'x');
  std::mutex mutex_;
  JournalNeeds needs_;
  std::unique_ptr<JournalWriter> journal_;  // its thread asks for what is needed
  std::vector<JournalNotice> noticed_;
};

TEST_F(RetentionTest, ByDefaultEverythingIsKept) {
  start({});
  fill(6);
  time_.advance(std::chrono::hours(10'000));
  EXPECT_TRUE(is_whole(held()));
}

TEST_F(RetentionTest, TheOldestSegmentsGoWhenTheJournalIsTooLarge) {
  start({.bytes = 5 * kSegment});
  fill(12);
  ASSERT_TRUE(turns_out([&] { return at_rest(5) && oldest() > 1; }));
  const std::vector<std::uint64_t> sequences = held();
  EXPECT_GT(sequences.front(), 1u);
  EXPECT_EQ(sequences.back(), journal_->last_sequence());
  EXPECT_EQ(sequences.size(), sequences.back() - sequences.front() + 1);
  EXPECT_GE(files(), 3u) << "no more than needed goes";
  EXPECT_TRUE(inspect_journal(files_, folder()).damage.empty());
  EXPECT_TRUE(notices().empty()) << "nobody needed them";
}

TEST_F(RetentionTest, ASegmentGoesWhenAllItsRecordsAreOlderThanTheAge) {
  start({.age = std::chrono::hours(1)});
  fill(3);
  const std::uint64_t last_old = journal_->last_sequence();
  time_.advance(std::chrono::minutes(59));
  fill(3);
  EXPECT_EQ(oldest(), 1u);
  ASSERT_TRUE(turns_out([&] { return oldest() > 1; }));
  time_.advance(std::chrono::minutes(2));
  ASSERT_TRUE(turns_out([&] { return files() <= 5; }));
  EXPECT_LE(oldest(), last_old + 1) << "what is younger stays";
}

TEST_F(RetentionTest, AClockThatIsSetForwardMakesNothingOlder) {
  start({.age = std::chrono::hours(1)});
  fill(2);
  time_.jump_unix(std::chrono::hours(1000));
  fill(2);
  for (int second = 0; second < 10; ++second) {
    time_.advance(std::chrono::seconds(2));
    fill(1);
  }
  EXPECT_EQ(oldest(), 1u);
  time_.advance(std::chrono::hours(2));
  EXPECT_TRUE(turns_out([&] { return oldest() > 1; })) << "time that passes does";
}

TEST_F(RetentionTest, TheNewestSegmentStaysHoweverOldItIs) {
  start({.age = std::chrono::seconds(1)});
  append_one();
  time_.advance(std::chrono::hours(100));
  fill(1);
  time_.advance(std::chrono::hours(100));
  ASSERT_TRUE(turns_out([&] { return oldest() > 1; }));
  const std::vector<std::uint64_t> sequences = held();
  ASSERT_FALSE(sequences.empty());
  EXPECT_EQ(sequences.back(), journal_->last_sequence());
}

TEST_F(RetentionTest, WhatAReaderHasNotAcknowledgedIsKeptBeyondSizeAndAge) {
  need({.readers = {{.name = "audit", .epoch = 1, .sequence = 10}}});
  start({.bytes = 3 * kSegment, .age = std::chrono::seconds(1)});
  fill(8);
  time_.advance(std::chrono::hours(1));
  fill(1);
  EXPECT_EQ(oldest(), 1u);
  const std::uint64_t acknowledged = journal_->last_sequence() - 1;
  need({.readers = {{.name = "audit", .epoch = 1, .sequence = acknowledged}}});
  EXPECT_TRUE(turns_out([&] { return files() <= 3; }));
  EXPECT_LE(oldest(), acknowledged + 1);
  EXPECT_TRUE(notices().empty());
}

TEST_F(RetentionTest, OfSeveralReadersTheOneThatIsFurthestBehindCounts) {
  need({.readers = {{.name = "fast", .epoch = 1, .sequence = 1'000'000},
                    {.name = "new", .epoch = 0, .sequence = 0}}});
  start({.bytes = 3 * kSegment});
  fill(8);
  time_.advance(std::chrono::seconds(5));
  fill(1);
  EXPECT_EQ(oldest(), 1u);
}

TEST_F(RetentionTest, BeyondTheHardCapAReaderIsPassedAndNamedWithWhatItMissed) {
  need({.readers = {{.name = "slow", .epoch = 1, .sequence = 10}}});
  start({.bytes = 3 * kSegment, .most_bytes = 6 * kSegment});
  fill(12);
  ASSERT_TRUE(turns_out([&] { return files() <= 6 && oldest() > 11; }));
  ASSERT_TRUE(turns_out([&] { return !notices().empty(); }));
  std::uint64_t next = 11;
  for (const JournalNotice& notice : notices()) {
    ASSERT_EQ(notice.kind, JournalNotice::Kind::passed_reader);
    EXPECT_EQ(notice.reader, "slow");
    EXPECT_EQ(notice.epoch, 1u);
    EXPECT_EQ(notice.first, next) << "one range after the other";
    next = notice.last + 1;
  }
  EXPECT_EQ(next, oldest()) << "as much as went";
}

TEST_F(RetentionTest, WhatTheOwnerNeedsIsNeverRemoved) {
  need({.owner_from = 10, .readers = {}});
  start({.bytes = 3 * kSegment, .age = std::chrono::seconds(1), .most_bytes = 3 * kSegment});
  fill(8);
  time_.advance(std::chrono::hours(1));
  fill(1);
  EXPECT_EQ(oldest(), 1u);
}

TEST_F(RetentionTest, LowSpaceIsToldAndTakesWhatNobodyNeeds) {
  need({.readers = {{.name = "audit", .epoch = 1, .sequence = 300}}});
  start({.low_space_bytes = 1 << 20});
  fill(6);
  EXPECT_EQ(oldest(), 1u);
  disk_.free = 1000;
  ASSERT_TRUE(turns_out([&] { return second() > 301; })) << "all goes that the reader had";
  EXPECT_LE(oldest(), 301u) << "the reader's next record is there";
  ASSERT_EQ(notices().size(), 1u);
  EXPECT_EQ(noticed_[0].kind, JournalNotice::Kind::low_space);
  EXPECT_EQ(noticed_[0].free_bytes, 1000u);
  const std::uint64_t kept_from = oldest();
  disk_.free = 1 << 30;
  ASSERT_TRUE(turns_out([&] { return notices().size() == 2; }));
  EXPECT_EQ(noticed_[1].kind, JournalNotice::Kind::enough_space);
  fill(3);
  EXPECT_EQ(oldest(), kept_from);
}

TEST_F(RetentionTest, AReaderOfAnEarlierEpochNeedsTheNextEpochFromItsBeginning) {
  write_and_die([&](JournalWriter& journal) {
    for (int i = 0; i < 300; ++i) append(journal, body_);
  });
  // The machine died, and 100 records that a reader had seen died with it.
  need({.readers = {{.name = "audit", .epoch = 1, .sequence = 400}}});
  OtherBoot boot;
  start({.bytes = 3 * kSegment}, boot);
  ASSERT_EQ(journal_->epoch(), 2u);
  fill(8);
  time_.advance(std::chrono::seconds(5));
  fill(1);
  EXPECT_LE(oldest(), 301u) << "the new epoch's first record waits for the reader";
  need({.readers = {{.name = "audit", .epoch = 2, .sequence = 700}}});
  EXPECT_TRUE(turns_out([&] { return oldest() > 301; }));
  journal_.reset();
}

TEST_F(RetentionTest, AReaderInTheMiddleOfWhatGoesIsToldOfAGap) {
  start({.bytes = 4 * kSegment});
  fill(2);
  JournalReader reader(files_, folder());
  ASSERT_EQ(reader.next(1).first, 1u);
  fill(10);
  ASSERT_TRUE(turns_out([&] { return at_rest(4); }));
  Seen seen;
  read_on(reader, seen);
  ASSERT_EQ(seen.gaps.size(), 1u);
  EXPECT_EQ(seen.gaps[0].last + 1, oldest());
  EXPECT_EQ(seen.gaps[0].reason, "retention");
  EXPECT_EQ(seen.sequences.size() + 1 + (seen.gaps[0].last - seen.gaps[0].first + 1),
            journal_->last_sequence());
}

TEST_F(RetentionTest, AnInspectionMeanwhileFindsNoDamage) {
  start({.bytes = 3 * kSegment});
  std::atomic<bool> over{false};
  std::thread writer([&] {
    while (!over) fill(1);
  });
  int inspections = 0;
  for (; inspections < 40 || (oldest() == 1 && inspections < 2000); ++inspections) {
    const JournalInspection found = inspect_journal(files_, folder());
    EXPECT_TRUE(found.damage.empty()) << found.damage[0].what;
    if (HasFailure()) break;
  }
  over = true;
  writer.join();
  EXPECT_GT(oldest(), 1u) << "history was to go meanwhile";
}

TEST_F(RetentionTest, AFileThatCannotBeRemovedIsToldOnceAndTriedAgain) {
  disk_.keeps_files = true;
  start({.bytes = 3 * kSegment});
  fill(6);
  ASSERT_TRUE(turns_out([&] { return disk_.kept > 2; }));
  ASSERT_EQ(notices().size(), 1u);
  EXPECT_EQ(noticed_[0].kind, JournalNotice::Kind::trouble);
  EXPECT_THAT(noticed_[0].what, HasSubstr("remove"));
  disk_.keeps_files = false;
  EXPECT_TRUE(turns_out([&] { return files() <= 3; }));
  EXPECT_EQ(notices().size(), 1u);
}

TEST_F(RetentionTest, OnAFullDiskHistoryGoesThoughNoSegmentCanBeMade) {
  need({.owner_from = 1, .readers = {}});
  append_wait_ = std::chrono::milliseconds(1);
  start({.low_space_bytes = 1 << 20});
  ASSERT_TRUE(eventually([&] {
    try {
      append_one();
    } catch (const Error&) {
    }
    return files() > 4;
  }));
  disk_.full = true;
  disk_.free = 0;
  ASSERT_TRUE(turns_out([&] {
    try {
      append_one();
      return false;
    } catch (const Error&) {
      return true;
    }
  }));
  need({});
  EXPECT_TRUE(turns_out([&] { return files() == 1; }));
}

TEST_F(RetentionTest, AJournalWhoseBeginningIsGoneOpensAgainAndIsSound) {
  start({.bytes = 4 * kSegment});
  fill(10);
  ASSERT_TRUE(turns_out([&] { return files() <= 4; }));
  const std::uint64_t first = oldest();
  const std::uint64_t last = journal_->last_sequence();
  journal_.reset();
  EXPECT_TRUE(inspect_journal(files_, folder()).damage.empty());
  start({.bytes = 4 * kSegment});
  EXPECT_TRUE(journal_->recovery().gaps.empty());
  EXPECT_GE(oldest(), first);
  EXPECT_EQ(append_one(), last + 1);
}

}  // namespace
}  // namespace hookwire::testing

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>
#include <utility>

#include "journal_fixture.h"
#include "other_boot.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

class FollowTest : public JournalTest {
 protected:
  static constexpr std::size_t kSealAt = 128;
  static constexpr std::size_t kSealBytes = 32;
  static constexpr std::size_t kLastSequenceAt = 200;
  static constexpr std::size_t kSealedAt = 208;
};

TEST_F(FollowTest, AReaderFollowsAWriterInAnotherProcess) {
  open().reset();
  const pid_t writer = ::fork();
  if (writer == 0) {
    const auto journal = open();
    for (int i = 0; i < 3000; ++i) append(*journal, std::string(200, 'x'));
    ::pause();
  }
  JournalReader reader(files_, folder());
  Seen seen;
  EXPECT_TRUE(eventually([&] {
    read_on(reader, seen);
    return seen.sequences.size() >= 3000;
  }));
  EXPECT_EQ(::waitpid(writer, nullptr, WNOHANG), 0) << "the writer was to live on";
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  EXPECT_EQ(seen.sequences.size(), 3000u);
  EXPECT_TRUE(is_whole(seen.sequences));
  EXPECT_TRUE(seen.gaps.empty());
}

// The writer stores where its last record ends, and then that record's sequence.
TEST_F(FollowTest, AReaderIsShownNothingAboveTheLastSequenceThatItIsTold) {
  const auto journal = open();
  append(*journal, "one");
  append(*journal, "two");
  flip(segment(1), kLastSequenceAt, 1 ^ 2);  // as it is between the two stores
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  EXPECT_EQ(reader.last_sequence(), 1u);
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one"}));
  flip(segment(1), kLastSequenceAt, 1 ^ 2);
  read_on(reader, seen);
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(seen.gaps.empty());
}

TEST_F(FollowTest, AReaderFollowsIntoANewEpoch) {
  OtherBoot after_boot;
  write_and_die([](JournalWriter& journal) { append(journal, "one"); });
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  write_and_die([](JournalWriter& journal) { append(journal, "two"); }, after_boot);
  read_on(reader, seen);
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(seen.epoch, 2u);
  EXPECT_EQ(reader.epoch(), 2u);
}

TEST_F(FollowTest, AReaderIsSentOnWhenTheWriterDiedWhileRollingOver) {
  write_and_die([](JournalWriter& journal) { append(journal, "first"); });
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  write_and_die([this](JournalWriter& journal) {
    while (!std::filesystem::exists(segment(2)) ||
           inspect_journal(files_, folder()).segments.at(1).first_sequence == 0) {
      append(journal, std::string(5000, 'x'));
    }
  });
  // The new segment is in use, the old one does not say so yet.
  write_zeros(segment(1), kSealAt, kSealBytes);
  write_zeros(segment(1), kSealedAt, sizeof(std::uint64_t));
  read_on(reader, seen);
  const std::size_t in_first = seen.sequences.size();
  const auto journal = open();
  ASSERT_LT(in_first, journal->last_sequence());
  read_on(reader, seen);
  EXPECT_EQ(seen.sequences.size(), journal->last_sequence());
  EXPECT_TRUE(is_whole(seen.sequences));
}

TEST_F(FollowTest, AReaderIsToldWhenItsFolderHoldsAnotherJournal) {
  auto journal = open();
  append(*journal, "one");
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  journal.reset();
  std::filesystem::remove_all(folder());
  journal = open();
  append(*journal, "of another journal");
  EXPECT_TRUE(eventually([&] {
    try {
      return reader.next().kind != JournalChunk::Kind::end;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::closed);
      return true;
    }
  }));
  EXPECT_THROW(reader.next(), Error);
}

TEST_F(FollowTest, AReaderThatSeeksWhileTheWriterRollsOverMissesNothingThatComes) {
  class RollingOver final : public ForwardingFileSystem {
   public:
    std::function<void()> before_list = [] {};
    std::vector<std::string> list(const std::filesystem::path& folder) override {
      std::exchange(before_list, [] {})();
      return ForwardingFileSystem::list(folder);
    }
  } files;
  const auto journal = open();
  append(*journal, "one");
  JournalReader reader(files, folder());
  const auto roll_over_to = [&](std::size_t ordinal) {
    while (inspect_journal(files_, folder()).segments.size() < ordinal ||
           inspect_journal(files_, folder()).segments[ordinal - 1].first_sequence == 0) {
      append(*journal, std::string(5000, 'x'));
    }
  };
  files.before_list = [&] { roll_over_to(2); };
  reader.seek_time(clock_.unix_ns() + 3'600'000'000'000);
  const std::uint64_t first = reader.position();
  ASSERT_GT(first, 2u) << "the writer was to roll over meanwhile";
  Seen seen;
  read_on(reader, seen);
  append(*journal, "another");
  roll_over_to(3);
  read_on(reader, seen);
  EXPECT_TRUE(seen.gaps.empty()) << seen.gaps[0].reason;
  EXPECT_EQ(seen.sequences.size(), journal->last_sequence() + 1 - first);
}

TEST_F(FollowTest, ADamagedLiveLineIsForgottenWhenAnotherWriterHasTheJournal) {
  write_and_die([](JournalWriter& writer) {
    for (int i = 0; i < 3; ++i) append(writer, "before");
  });
  flip(segment(1), kLastSequenceAt, 3 ^ 5);
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  ASSERT_EQ(seen.sequences.size(), 3u);
  const auto journal = open();
  append(*journal, "four");
  read_on(reader, seen);
  append(*journal, "five");
  read_on(reader, seen);
  EXPECT_EQ(seen.sequences.size(), 5u);
  EXPECT_EQ(reader.last_sequence(), 5u);
}

TEST_F(FollowTest, ASegmentThatGoesWhileItIsLookedAtIsNoError) {
  // A writer that closes removes the segment that it had ready.
  class Vanishing final : public ForwardingFileSystem {
   public:
    std::vector<std::string> list(const std::filesystem::path& folder) override {
      std::vector<std::string> names = ForwardingFileSystem::list(folder);
      names.emplace_back("00000000000000000099.hwj");
      return names;
    }
  } files;
  append(*open(), "one");
  JournalReader reader(files, folder());
  Seen seen;
  read_on(reader, seen);
  reader.seek(1);
  read_on(reader, seen);
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one", "one"}));
  EXPECT_TRUE(inspect_journal(files, folder()).damage.empty());
}

TEST_F(FollowTest, AnInspectionOfABusyJournalFindsNoDamage) {
  const auto journal = open(16 * kSmallSegment);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 20'000; ++i) append(*journal, std::string(3000, 'x'));
    done = true;
  });
  int busy = 0;
  do {
    const JournalInspection found = inspect_journal(files_, folder());
    EXPECT_TRUE(found.damage.empty()) << found.damage[0].segment << ": " << found.damage[0].what;
    if (!done) ++busy;
  } while (!done && !HasFailure());
  writer.join();
  EXPECT_GT(busy, 0) << "the journal was not busy";
}

}  // namespace
}  // namespace hookwire::testing

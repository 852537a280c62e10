#include "journal_fixture.h"
#include "other_boot.h"

namespace hookwire::testing {
namespace {

constexpr std::uint64_t kTenBytes = 56;  // of one record that says "ten"

class EpochTest : public JournalTest {
 protected:
  std::unique_ptr<JournalWriter> open_after_boot() {
    return std::make_unique<JournalWriter>(after_boot_, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = kSmallSegment,
                                                          .append_wait = std::chrono::seconds(30)});
  }
  static void append_ten(JournalWriter& journal) {
    for (int i = 0; i < 10; ++i) append(journal, "ten");
  }

  OtherBoot after_boot_;
};

TEST_F(EpochTest, CountsUpWhenTheMachineWasLost) {
  write_and_die(append_ten);
  const auto journal = open_after_boot();
  EXPECT_FALSE(journal->recovery().closed_cleanly);
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  EXPECT_EQ(journal->recovery().last_sequence, 10u);
  EXPECT_EQ(journal->epoch(), 2u);
  EXPECT_EQ(append(*journal, "after"), 11u);
  const Seen seen = read_all();
  EXPECT_EQ(seen.sequences.size(), 11u);
  EXPECT_TRUE(is_whole(seen.sequences));
  EXPECT_EQ(seen.epoch, 2u);
}

TEST_F(EpochTest, StaysWhenOnlyTheProcessDied) {
  write_and_die(append_ten);
  const auto journal = open();
  EXPECT_FALSE(journal->recovery().closed_cleanly);
  EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
  EXPECT_EQ(journal->epoch(), 1u);
  EXPECT_EQ(append(*journal, "after"), 11u);
}

TEST_F(EpochTest, StaysWhenTheMachineStoppedAfterACleanClose) {
  append_ten(*open());
  const auto journal = open_after_boot();
  EXPECT_TRUE(journal->recovery().closed_cleanly);
  EXPECT_EQ(journal->epoch(), 1u);
}

TEST_F(EpochTest, IsToldAgainWhileItHasNoRecord) {
  write_and_die(append_ten);
  write_and_die([](JournalWriter&) {}, after_boot_);
  open_after_boot().reset();
  const auto journal = open_after_boot();
  EXPECT_TRUE(journal->recovery().closed_cleanly);
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  EXPECT_EQ(journal->epoch(), 2u);
  EXPECT_EQ(append(*journal, "after"), 11u);
  EXPECT_TRUE(is_whole(read_all().sequences));
}

TEST_F(EpochTest, IsNotToldAgainOnceItHasOne) {
  write_and_die(append_ten);
  append(*open_after_boot(), "after");
  EXPECT_EQ(open_after_boot()->recovery().previous_epoch, std::nullopt);
}

TEST_F(EpochTest, ThatFoundNoSpaceForItsSegmentBeginsLater) {
  class Full final : public ForwardingFileSystem {
   public:
    std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
      if (path == "/proc/sys/kernel/random/boot_id") return boot_.open(path, mode);
      if (mode == OpenMode::create_new) throw IoError(ENOSPC, "open " + path.string());
      return ForwardingFileSystem::open(path, mode);
    }

   private:
    OtherBoot boot_;
  } full;
  write_and_die(append_ten);
  EXPECT_THROW(JournalWriter(full, clock_, {.folder = folder(), .segment_bytes = kSmallSegment}),
               IoError);
  const auto journal = open_after_boot();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  EXPECT_EQ(append(*journal, "after"), 11u);
  EXPECT_EQ(read_all().sequences.size(), 11u);
}

TEST_F(EpochTest, TakesTheSequencesThatALostMachineForgot) {
  write_and_die(append_ten);
  write_zeros(segment(1), 4096 + 7 * kTenBytes, 3 * kTenBytes);
  {
    const auto journal = open_after_boot();
    EXPECT_EQ(journal->recovery().last_sequence, 7u);
    EXPECT_EQ(append(*journal, "after"), 8u);
  }
  const Seen seen = read_all();
  EXPECT_EQ(seen.sequences.size(), 8u);
  EXPECT_TRUE(is_whole(seen.sequences));
  EXPECT_TRUE(seen.gaps.empty());
  EXPECT_TRUE(inspect_journal(files_, folder()).damage.empty());
}

TEST_F(EpochTest, IsFoundByTimeAlthoughItsSegmentWasMadeLater) {
  const auto append_at = [](JournalWriter& journal, std::int64_t time_ns) {
    return journal.append({.kind = 1, .flags = 0, .topic = "t", .body = {}, .time_ns = time_ns});
  };
  write_and_die([&](JournalWriter& journal) { append_at(journal, 1000); });
  const auto journal = open_after_boot();
  for (const std::int64_t time_ns : {2000, 2010, 2020}) append_at(*journal, time_ns);
  JournalReader reader(files_, folder());
  reader.seek_time(2010);
  EXPECT_EQ(reader.next().first, 3u);
  reader.seek_time(1500);
  EXPECT_EQ(reader.next().first, 2u);
}

}  // namespace
}  // namespace hookwire::testing

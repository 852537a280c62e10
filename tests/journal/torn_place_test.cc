#include <gmock/gmock.h>

#include "recovery_table.h"

namespace hookwire::testing {
namespace {

using ::testing::IsEmpty;

/// Deaths between a record and its place in the block: the rows of the table that are about tails.
class TornPlace : public RecoveryTable {
 protected:
  static constexpr std::size_t kPlace = 4;

  std::unique_ptr<JournalWriter> open_disk(FileSystem& files) {
    return std::make_unique<JournalWriter>(files, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = kSmallSegment,
                                                          .sync = JournalSync::disk,
                                                          .append_wait = std::chrono::seconds(30)});
  }
  void die_with_disk_after(std::uint64_t count) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const auto journal = open_disk(files_);
      append_many(*journal, count);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_EQ(status, 0);
  }

  // Where the place of the first block's record `n` (from 1) is.
  static std::uint64_t place(std::uint64_t n) { return kBlockBytes - kPlace * n; }

  // What an append of the next record had written before its place; without the pad.
  std::string next_record() {
    const JournalInspection journal = inspect_journal(files_, folder());
    const std::string text = body(journal.last_sequence + 1);
    std::string bytes(record_size(1, text.size()), '\0');
    encode_record({.sequence = journal.last_sequence + 1,
                   .journal_id = journal.journal_id,
                   .time_ns = SystemClock().unix_ns(),
                   .epoch = 1,
                   .kind = 1,
                   .flags = 0,
                   .topic = "t",
                   .body = std::as_bytes(std::span(text)),
                   .bytes = {}},
                  std::as_writable_bytes(std::span(bytes)));
    return bytes.substr(0, bytes.find_last_not_of('\0') + 1);
  }
};

// As docs/journal.md has it for whoever reads a block in another language.
TEST_F(TornPlace, TheLastPlaceOfABlockHoldsAllItsChecksumsAddedUp) {
  close_after(300);
  const std::string bytes = content(segment(2));
  const auto u32 = [&](std::uint64_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  };
  std::uint64_t at = kRecords;
  std::uint32_t sum = 0;
  std::uint64_t count = 0;
  while (at < info(2).used_bytes) {
    sum += u32(at + 4);
    EXPECT_EQ(u32(place(++count)), sum) << "record " << count;
    at += record_size(0, u32(at) - kRecordHeaderBytes);
  }
  EXPECT_GT(count, 5u);
  EXPECT_EQ(u32(place(count + 1)), 0u);
}

TEST_F(TornPlace, AWholeRecordWithoutItsPlaceIsATornTailThatNobodyWasToldOf) {
  die_after(10);
  const std::string torn = next_record();
  write(segment(1), info(1).used_bytes, torn);
  EXPECT_EQ(read_all().sequences.size(), 10u);
  EXPECT_EQ(inspect_journal(files_, folder()).torn_bytes, torn.size());
  {
    const auto journal = open();
    EXPECT_EQ(journal->last_sequence(), 10u);
    EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
    EXPECT_THAT(journal->recovery().gaps, IsEmpty());
    EXPECT_EQ(content(folder() / journal->recovery().torn_file), torn);
    append_many(*journal, 300);
  }
  EXPECT_EQ(info(1).first_sequence, 1u);
  EXPECT_GT(info(1).last_sequence, 10u) << "writing goes on in the same segment";
  expect_all_accounted_for(310);
  expect_sound();
}

TEST_F(TornPlace, ACommittedRecordWithoutItsPlaceIsDamage) {
  die_after(10);
  write_zeros(segment(1), place(10), kPlace);
  const auto journal = open();
  ASSERT_EQ(journal->recovery().gaps.size(), 1u);
  EXPECT_EQ(journal->recovery().gaps[0].first, 10u);
  append_many(*journal, 1);
  EXPECT_EQ(journal->last_sequence(), 11u) << "10 was given to an event already";
  expect_all_accounted_for(11);
}

TEST_F(TornPlace, PlacesAndRecordsThatSurviveALossOfPowerApartAreALostTail) {
  for (const bool record_survives : {true, false}) {
    SCOPED_TRACE(record_survives ? "a record without its place" : "a place without its record");
    std::filesystem::remove_all(folder());
    die_after(10);
    const std::uint64_t end = info(1).used_bytes;
    if (record_survives) {
      write(segment(1), end, next_record());
    } else {
      write(segment(1), place(11), "lost");
    }
    const auto journal = open_after_boot();
    EXPECT_EQ(journal->recovery().previous_epoch, 1u);
    EXPECT_EQ(journal->last_sequence(), 10u);
    EXPECT_THAT(journal->recovery().gaps, IsEmpty());
    EXPECT_GT(journal->recovery().torn_bytes, 0u);
    append_many(*journal, 1);
    expect_all_accounted_for(11);
    expect_sound();
  }
}

TEST_F(TornPlace, ALostTailIsCutAroundThePlacesOfWhatIsDurable) {
  die_with_disk_after(10);
  const std::uint64_t end = info(1).used_bytes;
  ASSERT_EQ(info(1).last_sequence, 10u);
  // Of the next records here and there a sector survived, up to the next block, and their places.
  write(segment(1), end + 1000, "lost");
  write(segment(1), place(12), "lostlost");
  write(segment(1), kBlockBytes + 700, "lost");
  write(segment(1), 2 * kBlockBytes - 4, "lost");
  const std::string before = content(segment(1));
  OtherBoot after_boot;
  {
    const auto journal = open_disk(after_boot);
    const JournalRecovery& found = journal->recovery();
    EXPECT_EQ(found.previous_epoch, std::nullopt);
    EXPECT_EQ(found.last_sequence, 10u);
    EXPECT_EQ(found.torn_bytes, 2 * kBlockBytes - end);
    EXPECT_EQ(content(folder() / found.torn_file), before.substr(end));
    append_many(*journal, 200);
  }
  EXPECT_GT(info(1).last_sequence, 11u) << "writing goes on in the same segment";
  expect_all_accounted_for(210);
  expect_sound();
}

}  // namespace
}  // namespace hookwire::testing

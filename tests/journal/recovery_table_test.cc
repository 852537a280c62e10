#include "recovery_table.h"

#include <gmock/gmock.h>

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(RecoveryTable, TornTailAfterAProcessCrash) {
  die_after(10);
  const std::string torn(300, 'T');
  write(segment(1), info(1).used_bytes, torn);
  const auto journal = open();
  const JournalRecovery& found = journal->recovery();
  EXPECT_EQ(found.last_sequence, 10u);
  EXPECT_EQ(found.previous_epoch, std::nullopt);
  EXPECT_THAT(found.gaps, IsEmpty());
  EXPECT_EQ(content(folder() / found.torn_file), torn);
  append_many(*journal, 1);
  EXPECT_EQ(info(1).last_sequence, 11u) << "writing goes on in the same segment";
  expect_all_accounted_for(11);
  expect_sound();
}

TEST_F(RecoveryTable, TwoTornTailsAtOnePlaceAreBothKept) {
  for (const char c : {'A', 'B'}) {
    write_and_die([](JournalWriter&) {});
    write(segment(1), kRecords, std::string(100, c));
    open().reset();
  }
  EXPECT_EQ(content(folder() / "torn-1-4096-1.bin"), std::string(100, 'A'));
  EXPECT_EQ(content(folder() / "torn-1-4096-1.bin.2"), std::string(100, 'B'));
}

TEST_F(RecoveryTable, TornTailAfterPowerLoss) {
  die_after(200);
  // From some sector of the second block on, what was written is gone here and there.
  const std::uint64_t from = kBlockBytes + 8192;
  write_zeros(segment(1), from, 512);
  write_zeros(segment(1), from + 2048, 512);
  const std::string before = content(segment(1));
  const auto journal = open_after_boot();
  const JournalRecovery& found = journal->recovery();
  EXPECT_EQ(found.previous_epoch, 1u);
  EXPECT_LT(found.last_sequence, 200u);
  EXPECT_EQ(content(folder() / found.torn_file),
            before.substr(info(1).used_bytes, found.torn_bytes));
  append_many(*journal, 1);
  EXPECT_EQ(journal->last_sequence(), found.last_sequence + 1);
  expect_all_accounted_for(journal->last_sequence());
  expect_sound();
}

TEST_F(RecoveryTable, MissingTailAfterPowerLoss) {
  die_after(500);  // in two segments; the third is ready
  write_zeros(segment(2), kBlockBytes, kBlockBytes);
  for (int ordinal : {3, 4}) std::ofstream(segment(ordinal), std::ios::trunc);
  const auto journal = open_after_boot();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  EXPECT_LT(journal->recovery().last_sequence, 500u);
  EXPECT_THAT(journal->recovery().gaps, IsEmpty());
  append_many(*journal, 1);
  expect_all_accounted_for(journal->last_sequence());
  expect_sound();
}

TEST_F(RecoveryTable, AHeaderThatNeverReachedTheDiskIsSetAsideWithItsRecords) {
  die_after(700);
  write_zeros(segment(2), 0, 512);
  const std::string before = content(segment(2));
  const auto journal = open_after_boot();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  EXPECT_THAT(journal->recovery().gaps, SizeIs(1));
  EXPECT_EQ(content(segment(2).string() + ".aside"), before);
  expect_all_accounted_for(journal->last_sequence());
}

TEST_F(RecoveryTable, DamageBeforeDurableData) {
  close_after(200);
  flip(segment(1), kRecords + 10'000);
  const std::string before = content(segment(1));
  {
    const auto journal = open();
    const JournalRecovery& found = journal->recovery();
    ASSERT_THAT(found.gaps, SizeIs(1));
    EXPECT_EQ(found.gaps[0].epoch, 1u);
    EXPECT_THAT(found.gaps[0].reason, HasSubstr("checksum"));
    EXPECT_EQ(found.previous_epoch, std::nullopt);
    append_many(*journal, 1);
    EXPECT_EQ(journal->last_sequence(), 201u);
  }
  EXPECT_EQ(content(segment(1)).substr(kRecords), before.substr(kRecords)) << "evidence";
  EXPECT_GT(info(2).record_count, 0u) << "a new segment begins";
  expect_all_accounted_for(201);
}

TEST_F(RecoveryTable, DamageOfTheLastRecordIsNoTornTail) {
  die_after(10);
  flip(segment(1), info(1).used_bytes - 100);
  const auto journal = open();
  ASSERT_THAT(journal->recovery().gaps, SizeIs(1));
  EXPECT_EQ(journal->recovery().gaps[0].first, 10u);
  EXPECT_EQ(journal->recovery().gaps[0].last, 10u);
  append_many(*journal, 1);
  EXPECT_EQ(journal->last_sequence(), 11u) << "10 was given to an event already";
  expect_all_accounted_for(11);
}

TEST_F(RecoveryTable, DamageInAnOldSegment) {
  close_after(500);
  flip(segment(1), kRecords + 5000);
  const std::string before = content(segment(1));
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
  append_many(*journal, 1);
  EXPECT_EQ(journal->last_sequence(), 501u);
  EXPECT_EQ(content(segment(1)), before);
  EXPECT_THAT(read_all().gaps, SizeIs(1));
  expect_all_accounted_for(501);
  EXPECT_THAT(inspect_journal(files_, folder()).damage, SizeIs(1));
}

TEST_F(RecoveryTable, MissingSegment) {
  die_after(700);
  std::filesystem::remove(segment(2));
  const auto journal = open();
  ASSERT_THAT(journal->recovery().gaps, SizeIs(1));
  EXPECT_THAT(journal->recovery().gaps[0].reason, HasSubstr("missing"));
  EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
  EXPECT_EQ(journal->last_sequence(), 700u);
  expect_all_accounted_for(700);
}

TEST_F(RecoveryTable, MissingNewestSegmentAfterACrash) {
  die_after(700);
  std::filesystem::remove(segment(3));
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u) << "records that were sent may be lost";
  expect_all_accounted_for(journal->last_sequence());
}

TEST_F(RecoveryTable, MissingNewestSegmentAfterACleanClose) {
  close_after(700);
  std::filesystem::remove(segment(3));
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt) << "it is known what is lost";
  ASSERT_THAT(journal->recovery().gaps, SizeIs(1));
  EXPECT_EQ(journal->recovery().gaps[0].last, 700u);
  append_many(*journal, 1);
  expect_all_accounted_for(701);
}

TEST_F(RecoveryTable, AllSegmentsMissing) {
  die_after(10);
  for (int n = 1; std::filesystem::exists(segment(n)); ++n) std::filesystem::remove(segment(n));
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u) << "sequence 1 was given already";
  EXPECT_EQ(append(*journal, "first of epoch 2"), 1u);
}

TEST_F(RecoveryTable, ForeignBytes) {
  die_after(10);
  std::vector<std::byte> record(record_size(1, 8));
  encode_record({.sequence = 11,
                 .journal_id = 4711,
                 .time_ns = 1,
                 .epoch = 1,
                 .kind = 1,
                 .flags = 0,
                 .topic = "x",
                 .body = std::as_bytes(std::span("foreign", 8)),
                 .bytes = {}},
                record);
  const std::string foreign(reinterpret_cast<const char*>(record.data()), record.size());
  write(segment(1), info(1).used_bytes, foreign);
  const auto journal = open();
  EXPECT_EQ(journal->last_sequence(), 10u);
  EXPECT_EQ(content(folder() / journal->recovery().torn_file).substr(0, 40), foreign.substr(0, 40));
  append_many(*journal, 1);
  expect_all_accounted_for(11);
  expect_sound();
}

TEST_F(RecoveryTable, RecycledBytesFarBehindTheEndAreLeftAlone) {
  die_after(10);
  write(segment(1), kBlockBytes + 62 * 1024, content(segment(1)).substr(kRecords, 448));
  const std::string before = content(segment(1));
  const auto journal = open();
  append_many(*journal, 1);
  EXPECT_EQ(content(segment(1)).substr(kRecords), before.substr(kRecords));
  EXPECT_EQ(journal->last_sequence(), 11u);
  EXPECT_EQ(info(2).first_sequence, 11u);
  expect_all_accounted_for(11);
}

TEST_F(RecoveryTable, ASegmentOfAnotherJournal) {
  close_after(300);
  std::filesystem::rename(segment(2), temp_.path() / "foreign");
  std::filesystem::remove_all(folder());
  close_after(10);
  std::filesystem::copy(temp_.path() / "foreign", segment(2));
  {
    const auto journal = open();
    EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
    append_many(*journal, 1);
  }
  EXPECT_EQ(content(segment(2)), content(temp_.path() / "foreign"));
  expect_all_accounted_for(11);
}

TEST_F(RecoveryTable, AnotherVersion) {
  close_after(10);
  flip(segment(1), 8);
  const std::string before = content(segment(1));
  try {
    open();
    FAIL() << "opened another version";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::incompatible);
    EXPECT_THAT(error.what(), HasSubstr(segment(1).string()));
  }
  EXPECT_EQ(content(segment(1)), before);
}

TEST_F(RecoveryTable, TwoSegmentsClaimOnePlace) {
  close_after(300);
  std::filesystem::copy(folder(), temp_.path() / "backup");
  close_after(600);
  // Somebody brings the last segment of the backup back, under the number that is next.
  const auto ordinal = static_cast<int>(inspect_journal(files_, folder()).segments.size() + 1);
  std::filesystem::copy(temp_.path() / "backup" / segment(2).filename(), segment(ordinal));
  renumber(segment(ordinal), static_cast<std::uint64_t>(ordinal));
  const std::string brought = content(segment(ordinal));
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u) << "an identity may name two events";
  EXPECT_EQ(content(segment(ordinal).string() + ".aside"), brought);
  append_many(*journal, 1);
  EXPECT_EQ(journal->last_sequence(), 901u);
  expect_all_accounted_for(901);
  expect_sound();
}

}  // namespace
}  // namespace hookwire::testing

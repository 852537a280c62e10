#include "hookwire/journal/journal_repair.h"

#include <map>

#include <gmock/gmock.h>

#include "recovery_table.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class JournalRepairTest : public RecoveryTable {
 protected:
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      all[entry.path().filename()] = content(entry.path());
    }
    return all;
  }
  JournalRepair repair(bool dry_run) { return repair_journal(files_, folder(), dry_run); }
};

TEST_F(JournalRepairTest, DryRunExplainsATornTailAndChangesNothing) {
  die_after(10);
  write(segment(1), info(1).used_bytes, std::string(300, 'T'));
  const auto before = contents();
  const JournalRepair found = repair(true);
  EXPECT_EQ(contents(), before);
  ASSERT_THAT(found.found, SizeIs(1));
  EXPECT_THAT(found.found[0], HasSubstr("unfinished record: 00000000000000000001.hwj at offset"));
  EXPECT_THAT(found.steps, ::testing::Contains(HasSubstr("cut 300 bytes")));
  EXPECT_THAT(found.next, HasSubstr("sequence 11 of epoch 1, in 00000000000000000001.hwj"));
  EXPECT_FALSE(found.damaged);
}

TEST_F(JournalRepairTest, DoesWhatItsDryRunSaid) {
  die_after(10);
  const std::uint64_t end = info(1).used_bytes;
  write(segment(1), end, std::string(300, 'T'));
  const JournalRepair said = repair(true);
  EXPECT_EQ(repair(false).steps, said.steps);
  EXPECT_EQ(content(folder() / ("torn-1-" + std::to_string(end) + "-11.bin")),
            std::string(300, 'T'));
  EXPECT_EQ(inspect_journal(files_, folder()).torn_bytes, 0u);
  EXPECT_THAT(repair(false).found, IsEmpty());
  const auto journal = open();
  EXPECT_EQ(journal->recovery().torn_bytes, 0u);
  append_many(*journal, 1);
  expect_all_accounted_for(11);
}

TEST_F(JournalRepairTest, NamesDamageOfAnyAgeOnce) {
  close_after(700);
  flip(segment(1), kRecords + 5000);
  flip(segment(3), kRecords + 5000);
  const JournalRepair found = repair(false);
  EXPECT_TRUE(found.damaged);
  ASSERT_THAT(found.found, SizeIs(2));
  for (const std::string& text : found.found) EXPECT_THAT(text, HasSubstr("become a gap"));
  EXPECT_THAT(found.next, HasSubstr("sequence 701 of epoch 1, in a new segment"));
}

TEST_F(JournalRepairTest, OfASegmentThatClaimsAPlaceKeepsTheEpochCounting) {
  close_after(300);
  const std::string stale = content(segment(2));
  close_after(600);
  const int ordinal = static_cast<int>(inspect_journal(files_, folder()).segments.size()) + 1;
  std::ofstream(segment(ordinal), std::ios::binary) << stale;
  renumber(segment(ordinal), static_cast<std::uint64_t>(ordinal));
  EXPECT_TRUE(repair(false).damaged);
  EXPECT_EQ(content(segment(ordinal).string() + ".aside").size(), stale.size());
  EXPECT_EQ(open()->recovery().previous_epoch, 1u);
}

TEST_F(JournalRepairTest, RefusesWhileAProcessHoldsTheJournal) {
  const auto journal = open();
  for (const bool dry_run : {true, false}) {
    try {
      repair(dry_run);
      FAIL() << "repaired a journal that is being written";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::busy);
      EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
    }
  }
}

TEST_F(JournalRepairTest, RefusesAFolderWithoutAJournal) {
  std::filesystem::create_directory(folder());
  for (const bool dry_run : {true, false}) EXPECT_THROW(repair(dry_run), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

}  // namespace
}  // namespace hookwire::testing

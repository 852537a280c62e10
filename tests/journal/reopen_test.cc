#include <gmock/gmock.h>

#include "journal_fixture.h"

namespace hookwire::testing {
namespace {

TEST_F(JournalTest, SequencesGoOnAfterACleanReopen) {
  std::uint64_t id = 0;
  for (std::uint64_t round = 0; round < 5; ++round) {
    const auto journal = open();
    if (round == 0) id = journal->journal_id();
    EXPECT_EQ(journal->journal_id(), id);
    EXPECT_EQ(journal->epoch(), 1u);
    EXPECT_TRUE(journal->recovery().closed_cleanly);
    EXPECT_EQ(journal->last_sequence(), round * 500);
    for (int i = 0; i < 500; ++i) append(*journal, std::string(300, 'x'));
  }
  EXPECT_TRUE(is_whole(read_all().sequences));
  const JournalInspection journal = inspect_journal(files_, folder());
  EXPECT_TRUE(journal.damage.empty());
  EXPECT_TRUE(journal.closed_cleanly);
  EXPECT_EQ(journal.record_count, 2500u);
}

TEST_F(JournalTest, AReaderFollowsAWriterThatWasOpenedAnew) {
  auto journal = open();
  append(*journal, "one");
  JournalReader reader(files_, folder());
  Seen seen;
  read_on(reader, seen);
  journal.reset();
  journal = open();
  append(*journal, "two");
  read_on(reader, seen);
  EXPECT_EQ(seen.bodies, (std::vector<std::string>{"one", "two"}));
}

TEST_F(JournalTest, ASecondWriterIsRefused) {
  const auto journal = open();
  try {
    open();
    FAIL() << "two writers";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("held by this process"));
  }
  append(*journal, "still works");
}

TEST_F(JournalTest, AnotherFormatVersionIsRefusedAndLeftAlone) {
  open().reset();
  const std::filesystem::path state = folder() / "journal.state";
  flip(state, 8, 0x63);
  try {
    open();
    FAIL() << "opened another version";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::incompatible);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("version 98"));
  }
  EXPECT_THROW(JournalReader(files_, folder()), Error);
  flip(state, 8, 0x63);
  EXPECT_TRUE(open()->recovery().closed_cleanly);
}

TEST_F(JournalTest, ALostMachineCountsTheEpochUp) {
  write_and_die([](JournalWriter& journal) {
    for (int i = 0; i < 10; ++i) append(journal, "before");
  });
  for (const std::uint64_t offset : {44u, 45u, 46u}) flip(folder() / "journal.state", offset, 0x01);
  // The checksum of a state that differs does not hold: as if there were none.
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  EXPECT_EQ(journal->epoch(), 2u);
  EXPECT_EQ(append(*journal, "after"), 11u);
  const Seen seen = read_all();
  EXPECT_TRUE(is_whole(seen.sequences));
  EXPECT_TRUE(seen.gaps.empty());
  EXPECT_EQ(seen.epoch, 2u);
}

TEST_F(JournalTest, AFolderWithoutAJournalIsNamed) {
  std::filesystem::create_directory(folder());
  try {
    JournalReader reader(files_, folder());
    FAIL() << "read a journal that is not there";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_input);
    EXPECT_THAT(error.what(), ::testing::HasSubstr(folder().string()));
  }
}

}  // namespace
}  // namespace hookwire::testing

#include "audit_fixture.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::size_t kRecordSize = record_bytes(1).size();

class AuditRecoveryTest : public AuditLogTest {
 protected:
  /// A log that holds the records 1 to `last`.
  void make_log(std::uint64_t last) {
    const auto log = open();
    give(*log, 1, last);
    log->commit();
  }
  /// Opens the log, which is to go on behind `last`, and gives it what follows.
  void expect_goes_on_behind(std::uint64_t last) {
    const auto log = open();
    EXPECT_EQ(log->of_journal(kJournal), (Cursor{kJournal, 1, last}));
    give(*log, last + 1, last + 2);
    log->commit();
    EXPECT_EQ(held(), numbers(1, last + 2));
  }
};

TEST_F(AuditRecoveryTest, AnEntryThatIsTornAnywhereIsCutAndKeptAside) {
  make_log(5);
  const std::string whole = read(segment());
  const std::size_t end = kAuditHeaderBytes + 4 * kRecordSize;
  for (std::size_t left = 1; left < kRecordSize; ++left) {
    std::filesystem::remove_all(folder_of(kJournal));
    make_log(5);
    std::filesystem::resize_file(segment(), end + left);
    expect_goes_on_behind(4);
    const std::vector<std::string> torn = names("torn");
    ASSERT_THAT(torn, ElementsAre("torn-1-" + std::to_string(end)));
    EXPECT_EQ(read(folder_of(kJournal) / torn[0]), whole.substr(end, left));
  }
}

TEST_F(AuditRecoveryTest, TwoTornEntriesOfOnePlaceAreBothKept) {
  make_log(4);
  for (const char* tail : {"what came first", "then this"}) {
    write_behind(segment(), std::as_bytes(std::span(std::string_view(tail))));
    EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 1, 4}));
  }
  const std::vector<std::string> torn = names("torn");
  ASSERT_EQ(torn.size(), 2u);
  EXPECT_EQ(read(folder_of(kJournal) / torn[0]), "what came first");
  EXPECT_EQ(read(folder_of(kJournal) / torn[1]), "then this");
}

TEST_F(AuditRecoveryTest, ALongTailIsKeptWhole) {
  make_log(4);
  const std::vector<std::byte> tail(3'500'000, std::byte{0x55});
  write_behind(segment(), tail);
  expect_goes_on_behind(4);
  ASSERT_EQ(names("torn").size(), 1u);
  EXPECT_TRUE(read(folder_of(kJournal) / names("torn")[0]) == text(tail));
}

TEST_F(AuditRecoveryTest, WhatIsBehindASpoiltEntryIsAskedForAgain) {
  make_log(9);
  std::fstream file(segment(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(kAuditHeaderBytes + 3 * kRecordSize + 50)) << "spoilt";
  file.close();
  expect_goes_on_behind(3);
  ASSERT_EQ(names("torn").size(), 1u);
  EXPECT_EQ(std::filesystem::file_size(folder_of(kJournal) / names("torn")[0]), 6 * kRecordSize);
  EXPECT_TRUE(log_.contains("the checksum differs"));
}

TEST_F(AuditRecoveryTest, SoundEntriesOfAnotherJournalAreNotTakenForItsOwn) {
  make_log(4);
  write_behind(segment(), record_bytes(5, 1, kJournal + 1));
  expect_goes_on_behind(4);
}

TEST_F(AuditRecoveryTest, SoundEntriesWhosePlaceWasPassedAreNotTakenForNew) {
  for (const std::uint64_t copied : {2u, 9u}) {
    std::filesystem::remove_all(folder_of(kJournal));
    make_log(9);
    write_behind(segment(), record_bytes(copied));
    expect_goes_on_behind(9);
  }
}

TEST_F(AuditRecoveryTest, ASegmentThatWasNeverFinishedIsBegunAnew) {
  for (const std::size_t bytes : {0u, 1u, 31u, 32u}) {
    std::filesystem::remove_all(folder_of(kJournal));
    make_log(4);
    std::ofstream(segment(2), std::ios::binary) << std::string(bytes, '\0');
    expect_goes_on_behind(4);
    EXPECT_EQ(std::filesystem::file_size(segment(2)), kAuditHeaderBytes + 2 * kRecordSize);
    EXPECT_EQ(names("torn").size(), bytes == 0 ? 0u : 1u);
  }
}

TEST_F(AuditRecoveryTest, AnEmptySegmentBehindATornOneDoesNotHideIt) {
  make_log(4);
  std::filesystem::resize_file(segment(1), std::filesystem::file_size(segment(1)) - 3);
  write_audit_header(*files_.open(segment(2), OpenMode::create_new), kJournal, 2);
  expect_goes_on_behind(3);
}

TEST_F(AuditRecoveryTest, AHeaderThatIsNotTheSegmentsIsRefusedAndChangesNothing) {
  make_log(4);
  const std::string sound = read(segment());
  const std::string of_another = [&] {
    const auto path = folder_.path() / "other";
    write_audit_header(*files_.open(path, OpenMode::create), kJournal + 1, 1);
    return read(path) + sound.substr(kAuditHeaderBytes);
  }();
  std::string spoilt = sound;
  spoilt[20] = static_cast<char>(spoilt[20] ^ 1);
  std::string later = sound;
  later[8] = 2;
  const std::vector<std::pair<std::string, ErrorCode>> cases{
      {std::string(sound.size(), 'x'), ErrorCode::damaged},
      {of_another, ErrorCode::damaged},
      {spoilt, ErrorCode::damaged},
      {later, ErrorCode::incompatible}};
  for (const auto& [bytes, code] : cases) {
    std::ofstream(segment(), std::ios::binary) << bytes;
    EXPECT_EQ(code_of([&] { open()->of_journal(kJournal); }), code);
    EXPECT_EQ(read(segment()), bytes);
  }
  EXPECT_THAT(names("torn"), IsEmpty());
}

TEST_F(AuditRecoveryTest, FilesOfOtherNamesAreLeftAlone) {
  make_log(4);
  for (const char* name : {"00000000000000000002.hwa.bak", "2.hwa", "0000000000000000000x.hwa",
                           "99999999999999999999.hwa", "notes"}) {
    std::ofstream(folder_of(kJournal) / name) << "mine";
  }
  expect_goes_on_behind(4);
  EXPECT_EQ(read(folder_of(kJournal) / "2.hwa"), "mine");
}

}  // namespace
}  // namespace hookwire::testing

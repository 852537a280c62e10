#include "audit_faulty_files.h"
#include "audit_fixture.h"
#include "support/full_disk.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

class AuditFaultsTest : public AuditLogTest {
 protected:
  /// Nothing can be done with a log that could not be written, until it is opened anew.
  static void expect_of_no_use(AuditLog& log) {
    EXPECT_EQ(code_of([&] { give(log, 1000, 1001); }), ErrorCode::closed);
    EXPECT_EQ(code_of([&] {
                log.gap(source(), {.epoch = 1, .first = 1000, .last = 1001, .reason = "x"});
              }),
              ErrorCode::closed);
    EXPECT_EQ(code_of([&] { log.connected(source()); }), ErrorCode::closed);
    EXPECT_EQ(code_of([&] { log.commit(); }), ErrorCode::closed);
  }
  /// What a subscriber does after a fault: opens the log and goes on behind its cursor.
  void expect_complete_once_it_goes_on(std::uint64_t last) {
    {
      const auto log = open();
      const std::optional<Cursor> cursor = log->of_journal(kJournal);
      give(*log, cursor ? cursor->sequence + 1 : 1, last);
      log->commit();
    }
    EXPECT_EQ(held(), numbers(1, last));
  }
};

TEST_F(AuditFaultsTest, AFolderThatCannotBeMadeIsRefusedByName) {
  std::ofstream(folder_.path() / "file") << "x";
  for (const std::filesystem::path& folder :
       {folder_.path() / "none" / "audit", folder_.path() / "file",
        folder_.path() / "file" / "a"}) {
    try {
      AuditLog(files_, clock_, log_, {.folder = folder});
      ADD_FAILURE() << folder;
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr(folder.string()));
    }
  }
  EXPECT_EQ(read(folder_.path() / "file"), "x");
}

TEST_F(AuditFaultsTest, AFolderThatCannotBeWrittenIsRefused) {
  class Unwritable final : public ForwardingFileSystem {
    std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override {
      throw IoError(EACCES, "open " + path.string());
    }
  } files;
  EXPECT_EQ(code_of([&] { open(files); }), ErrorCode::io);
}

TEST_F(AuditFaultsTest, ALogThatIsHeldIsRefusedAndFreeAgainAfterwards) {
  auto first = open();
  give(*first, 1, 3);
  EXPECT_EQ(code_of([&] { open(); }), ErrorCode::busy);
  first->commit();
  first.reset();
  EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 1, 3}));
}

TEST_F(AuditFaultsTest, ADiskThatIsFullWhenASegmentBeginsLosesAndRepeatsNothing) {
  FullDisk files;
  std::uint64_t last = 0;
  {
    const auto log = open(files);
    give(*log, 1, 10);
    log->commit();
    files.full = true;
    last = 10;
    EXPECT_EQ(code_of([&] {
                for (; last < 100'000; last += 100) give(*log, last + 1, last + 100);
              }),
              ErrorCode::io);
    expect_of_no_use(*log);
  }
  EXPECT_EQ(files.refused, 1);
  expect_complete_once_it_goes_on(last + 200);
}

TEST_F(AuditFaultsTest, AWriteThatFailsHalfWayLosesAndRepeatsNothing) {
  FaultyFiles files;
  {
    const auto log = open(files);
    give(*log, 1, 100);
    log->commit();
    give(*log, 101, 251);
    files.write_error = ENOSPC;
    EXPECT_EQ(code_of([&] { log->commit(); }), ErrorCode::io);
    EXPECT_EQ(files.faults, 1);
    files.write_error = 0;
    expect_of_no_use(*log);
    EXPECT_EQ(log->record_count(), 100u);
  }
  expect_complete_once_it_goes_on(300);
  EXPECT_EQ(names("torn").size(), 1u);
}

TEST_F(AuditFaultsTest, WhatCouldNotBeSyncedIsNotTakenForRecorded) {
  FaultyFiles files;
  {
    const auto log = open(files);
    give(*log, 1, 100);
    log->commit();
    give(*log, 101, 200);
    files.sync_error = EIO;
    EXPECT_EQ(code_of([&] { log->commit(); }), ErrorCode::io);
    EXPECT_EQ(files.faults, 1);
    files.sync_error = 0;
    expect_of_no_use(*log);
  }
  EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 1, 100}));
  expect_complete_once_it_goes_on(300);
}

TEST_F(AuditFaultsTest, AFirstSegmentThatCouldNotBeSyncedIsBegunAnew) {
  FaultyFiles files;
  files.sync_error = EIO;
  EXPECT_EQ(code_of([&] { give(*open(files), 1, 10); }), ErrorCode::io);
  EXPECT_EQ(files.faults, 1);
  EXPECT_EQ(open()->of_journal(kJournal), std::nullopt);
  expect_complete_once_it_goes_on(20);
}

TEST_F(AuditFaultsTest, AFaultOfOnePublishersRecordingCommitsNothingOfTheOther) {
  FaultyFiles files;
  const auto log = open(files);
  give(*log, 1, 5);
  give(*log, 1, 5, 1, 0x51);
  files.sync_error = EIO;
  EXPECT_EQ(code_of([&] { log->commit(); }), ErrorCode::io);
  EXPECT_EQ(log->record_count(), 0u);
}

}  // namespace
}  // namespace hookwire::testing

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectorySnapshots : public DirectoryTest {
 protected:
  DirectorySnapshots() {
    create("s-1");
    write_file(share("s-1") / "file", "first");
    fs::create_directory(share("s-1") / "folder");
    write_file(share("s-1") / "folder" / "inner", std::string(100'000, 'y'));
  }
};

TEST_F(DirectorySnapshots, ASnapshotKeepsWhatTheShareHeld) {
  const auto held = tree(share("s-1"));

  const Snapshot made = driver_->create_snapshot("s-1", "snap-1");
  write_file(share("s-1") / "file", "second");
  fs::remove_all(share("s-1") / "folder");
  write_file(share("s-1") / "new", "new");

  EXPECT_EQ(tree(snapshot("snap-1")), held);
  EXPECT_EQ(made.snapshot_id, "snap-1");
  EXPECT_EQ(made.share_id, "s-1");
  EXPECT_GE(made.size_bytes, 100'000U);
  EXPECT_EQ(made.provider_location, snapshot("snap-1").string());
}

TEST_F(DirectorySnapshots, WritingToASnapshotLeavesTheShareAlone) {
  driver_->create_snapshot("s-1", "snap-1");
  write_file(snapshot("snap-1") / "file", "changed");
  EXPECT_EQ(read_file(share("s-1") / "file"), "first");
}

TEST_F(DirectorySnapshots, TheFolderItselfKeepsItsModeAndTime) {
  fs::permissions(share("s-1"), fs::perms(0711));
  fs::last_write_time(share("s-1"), fs::file_time_type(std::chrono::seconds(1000)));
  driver_->create_snapshot("s-1", "snap-1");
  EXPECT_EQ(fs::status(snapshot("snap-1")).permissions(), fs::perms(0711));
  EXPECT_EQ(fs::last_write_time(snapshot("snap-1")), fs::last_write_time(share("s-1")));
}

TEST_F(DirectorySnapshots, ASnapshotIsMadeOnceWhateverItsShare) {
  create("s-2");
  driver_->create_snapshot("s-1", "snap-1");
  expect_refused<SnapshotExists>([&] { driver_->create_snapshot("s-1", "snap-1"); }, "'snap-1'");
  expect_refused<SnapshotExists>([&] { driver_->create_snapshot("s-2", "snap-1"); }, "'snap-1'");
}

TEST_F(DirectorySnapshots, OnlyAKnownShareHasSnapshots) {
  expect_refused<ShareNotFound>([&] { driver_->create_snapshot("s-9", "snap-1"); }, "'s-9'");
}

TEST_F(DirectorySnapshots, AShareWithSnapshotsStays) {
  driver_->create_snapshot("s-1", "snap-1");
  expect_refused<ShareInUse>([&] { driver_->delete_share_instance("s-1"); }, "'snap-1'");
  driver_->delete_snapshot("snap-1");
  driver_->delete_share_instance("s-1");
  EXPECT_FALSE(fs::exists(share("s-1")));
}

TEST_F(DirectorySnapshots, ADeletedSnapshotIsGoneAndItsIdFree) {
  driver_->create_snapshot("s-1", "snap-1");
  driver_->delete_snapshot("snap-1");
  EXPECT_TRUE(fs::is_empty(root() / "snapshots"));
  expect_refused<SnapshotNotFound>([&] { driver_->delete_snapshot("snap-1"); }, "'snap-1'");
  driver_->create_snapshot("s-1", "snap-1");
  EXPECT_EQ(read_file(snapshot("snap-1") / "file"), "first");
}

TEST_F(DirectorySnapshots, AShareAndASnapshotMayHaveTheSameId) {
  driver_->create_snapshot("s-1", "s-1");
  driver_->delete_snapshot("s-1");
  EXPECT_EQ(read_file(share("s-1") / "file"), "first");
}

TEST_F(DirectorySnapshots, AShareThatCannotBeCopiedLeavesNothingBehind) {
  fs::path deep = share("s-1");
  for (int i = 0; i < 200; ++i) fs::create_directory(deep /= "d");
  expect_refused<ShareBackendException>([&] { driver_->create_snapshot("s-1", "snap-1"); },
                                        "more than 128 folders deep");
  driver_->delete_share_instance("s-1");
}

}  // namespace
}  // namespace hookwire::testing

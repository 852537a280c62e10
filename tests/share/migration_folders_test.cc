#include <sys/stat.h>
#include <unistd.h>

#include <regex>

#include "folder_below.h"
#include "share/migration_test.h"

// Where a share server may move to, and what is done to folders that are somebody else's.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST_F(DirectoryMigration, NotIntoTheNewFolderOfAnotherServer) {
  driver_->create_share_instance("s-4", 1, "NFS", "v-2", {});
  driver_->share_server_migration_start("v-2", dest_root_);
  expect_obstacle(dest_root_ / "v-2", "in the folder of share server 'v-2'");
  while (!driver_->share_server_migration_continue("v-2")) {
  }
  expect_obstacle(dest_root_ / "v-2" / "s-4", "in the folder of share server 'v-2'");
  driver_->share_server_migration_complete("v-2");
  expect_obstacle(dest_root_ / "v-2", "in the folder of share server 'v-2'");
}

TEST_F(DirectoryMigration, NotToWhereItIs) {
  expect_obstacle(root(), "it is there already");
  driver_->delete_share_instance("s-1");
  driver_->delete_share_instance("s-2");
  expect_obstacle(root(), "it is there already");
  fs::create_directory(root() / "state.json.new");
  expect_failed([&] { driver_->share_server_migration_start("v-1", root()); },
                "it is there already");
  EXPECT_TRUE(fs::exists(server("v-1")));
  fs::remove(root() / "state.json.new");
  start_migration();
  complete();
  expect_obstacle(dest_root_, "it is there already");
}

TEST_F(DirectoryMigration, AFolderThatIsThereAlreadyIsNotTakenNorRemoved) {
  fs::create_directory(moved_);
  ASSERT_EQ(::chmod(moved_.c_str(), 0750), 0);
  expect_obstacle(dest_root_, "silver/v-1 exists already");
  EXPECT_EQ(fs::status(moved_).permissions(), fs::perms(0750));
  fs::remove(moved_);
  start_migration();
}

TEST_F(DirectoryMigration, TwoDriversDoNotShareAFolder) {
  const auto bronze =
      make_directory_driver({.root = folder_.path() / "bronze", .host = "nas02"}, log_);
  bronze->init_host();
  bronze->create_share_instance("t-1", 1, "NFS", "v-1", {});
  start_migration();
  EXPECT_THROW(bronze->share_server_migration_start("v-1", dest_root_), ShareServerMigrationFailed);
  copy_all();
  complete();
  EXPECT_THROW(bronze->share_server_migration_cancel("v-1"), ShareServerMigrationFailed);
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
}

TEST_F(DirectoryMigration, WhatLiesBesideTheCopiesIsKeptWhenItIsCancelled) {
  start_migration();
  step();
  write_file(moved_ / "mine", "mine");
  fs::create_directory(moved_ / ".part.900.s-2");
  driver_->share_server_migration_cancel("v-1");
  EXPECT_EQ(names_in(moved_), std::set<std::string>{"mine"});
  EXPECT_TRUE(log_.contains(moved_.string()));
  restart();
  EXPECT_EQ(read_file(moved_ / "mine"), "mine");
}

// After a reboot a disk may have another number.
TEST_F(DirectoryMigration, AFolderIsTheSameOnADeviceThatGotAnotherNumber) {
  start_migration();
  copy_all();
  driver_.reset();
  std::string state = read_file(root() / "state.json");
  static const std::regex kDevice("\"device\": [0-9]+");
  ASSERT_TRUE(std::regex_search(state, kDevice));
  write_file(root() / "state.json", std::regex_replace(state, kDevice, "\"device\": 4711"));
  start();
  if (identity_of(dest_root_).born_ns == 0) {  // then inodes tell nothing without the device
    return expect_failed([&] { complete(); }, "is not the folder that it was");
  }
  complete();
  EXPECT_FALSE(fs::exists(server("v-1")));
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
}

TEST_F(DirectoryMigration, NotWhereOthersMayPutSomethingElse) {
  fs::create_directory(dest_root_ / "inner");
  const auto set_mode = [&](mode_t mode) { ASSERT_EQ(::chmod(dest_root_.c_str(), mode), 0); };
  for (const mode_t mode : {0777U, 0775U, 0757U}) {
    set_mode(mode);
    expect_obstacle(dest_root_, "silver may be written by others");
    expect_obstacle(dest_root_ / "inner", "silver may be written by others");
  }
  set_mode(01777);  // as /tmp is
  start_migration();
}

TEST_F(DirectoryMigration, NotBelowAFolderOfAnotherUser) {
  if (::geteuid() != 0) return;  // only root can give one away
  fs::create_directory(dest_root_ / "inner");
  ASSERT_EQ(::chown(dest_root_.c_str(), 65534, 65534), 0);
  expect_obstacle(dest_root_, "silver belongs to user 65534");
  expect_obstacle(dest_root_ / "inner", "silver belongs to user 65534");
  ASSERT_EQ(::chown(dest_root_.c_str(), 0, 0), 0);
  start_migration();
}

TEST_F(DirectoryMigration, AnUnreachableNewFolderHoldsUpNoStart) {
  start_migration();
  step();
  fs::rename(dest_root_, folder_.path() / "hidden");
  fs::create_symlink(dest_root_, dest_root_);
  restart();
  EXPECT_EQ(driver_->share_instances().size(), 3U);
  EXPECT_TRUE(log_.contains(moved_.string()));
  EXPECT_THROW(step(), ShareError);
  fs::remove(dest_root_);
  fs::rename(folder_.path() / "hidden", dest_root_);
  restart();
  copy_all();
  complete();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
}

TEST_F(DirectoryMigration, AShareOfAServerThatMovedIsLetGoOfAndTakenOverAgain) {
  start_migration();
  copy_all();
  complete();
  driver_->unmanage_share("s-1");
  expect_refused<ManageInvalidShare>(
      [&] { driver_->manage_share("s-1", 1, "NFS", dest_root_, "v-1", {}); }, "is not below");
  expect_refused<ManageInvalidShare>(
      [&] { driver_->manage_share("s-1", 1, "NFS", moved_, "v-1", {}); }, "");
  driver_->manage_share("s-1", 1, "NFS", moved_ / "s-1", "v-1", {});
  EXPECT_EQ(instance("s-1").export_locations.at(0), "nas01:" + (moved_ / "s-1").string());
  driver_->unmanage_share("s-2");
  fs::rename(moved_ / "s-2", moved_ / "other");
  driver_->manage_share("s-2", 1, "NFS", moved_ / "other", "v-1", {});
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
  restart();
  EXPECT_EQ(driver_->share_instances().size(), 3U);
}

TEST_F(DirectoryMigration, NotToAFolderWhoseNameIsNoText) {
  fs::create_directory(folder_.path() / "bad\xff");
  fs::create_directory_symlink(folder_.path() / "bad\xff", folder_.path() / "link");
  fs::create_directory(folder_.path() / "line\nfeed");
  fs::create_directory_symlink(folder_.path() / "line\nfeed", folder_.path() / "link-2");
  expect_obstacle(folder_.path() / "link", "UTF-8");
  expect_obstacle(folder_.path() / "bad\xff", "UTF-8");
  expect_refused<InvalidShareInput>(
      [&] { driver_->share_server_migration_start("v-1", folder_.path() / "link-2"); },
      "control characters");
  EXPECT_TRUE(fs::is_empty(folder_.path() / "bad\xff"));
  driver_->extend_share("s-1", 2);
}

}  // namespace
}  // namespace hookwire::testing

#include <cstdlib>

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DirectoryMigration : public DirectoryTest {
 protected:
  DirectoryMigration() {
    fs::create_directory(dest_root_);
    for (const char* id : {"s-1", "s-2"}) {
      driver_->create_share_instance(id, 1, "NFS", "v-1", {});
      write_file(server("v-1") / id / "file", id);
    }
    create("s-3");
  }

  void start_migration() { driver_->share_server_migration_start("v-1", dest_root_); }
  bool step() { return driver_->share_server_migration_continue("v-1"); }
  std::vector<ShareInstance> complete() { return driver_->share_server_migration_complete("v-1"); }
  std::uint64_t progress() {
    return driver_->share_server_migration_get_progress("v-1").total_progress;
  }
  void expect_failed(const std::function<void()>& call, const std::string& part) {
    expect_refused<ShareServerMigrationFailed>(call, part);
  }
  void expect_obstacle(const std::string& dest_root, const std::string& part) {
    SCOPED_TRACE(dest_root);
    const auto fit = driver_->share_server_migration_check_compatibility("v-1", dest_root);
    EXPECT_FALSE(fit.compatible);
    EXPECT_THAT(fit.reason, HasSubstr(part));
    expect_failed([&] { driver_->share_server_migration_start("v-1", dest_root); }, part);
  }

  const fs::path dest_root_ = folder_.path() / "silver";
  const fs::path moved_ = dest_root_ / "v-1";
};

TEST_F(DirectoryMigration, AServerMovesShareByShare) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  driver_->create_snapshot("s-1", "n-1");
  const auto before = tree(server("v-1"));
  const auto fit = driver_->share_server_migration_check_compatibility("v-1", dest_root_);
  EXPECT_TRUE(fit.compatible) << fit.reason;
  EXPECT_TRUE(fit.writable && fit.preserve_snapshots && fit.migration_cancel);
  EXPECT_FALSE(fit.nondisruptive);

  start_migration();
  EXPECT_EQ(fs::status(moved_).permissions(), fs::perms(0700));
  EXPECT_EQ(progress(), 0U);
  EXPECT_FALSE(step());
  EXPECT_EQ(progress(), 50U);
  EXPECT_TRUE(step());
  EXPECT_EQ(progress(), 100U);
  EXPECT_TRUE(step()) << "nothing is left to copy";
  EXPECT_THAT(exports(), HasSubstr((server("v-1") / "s-1").string())) << "it is not there yet";

  const std::vector<ShareInstance> moved = complete();

  ASSERT_EQ(moved.size(), 2U);
  EXPECT_EQ(moved[0].share_id, "s-1");
  EXPECT_THAT(moved[0].export_locations, ElementsAre("nas01:" + (moved_ / "s-1").string()));
  EXPECT_EQ(tree(moved_), before);
  EXPECT_TRUE(fs::is_empty(root() / "servers"));
  EXPECT_THAT(exports(), HasSubstr((moved_ / "s-1").string() + " 10.0.0.4("));

  const auto after = tree(root());
  restart();
  EXPECT_EQ(tree(root()), after);
  EXPECT_FALSE(log_.contains("left alone"));
  write_file(moved_ / "s-1" / "file", "changed");
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  driver_->create_share_instance("s-4", 1, "NFS", "v-1", {});
  EXPECT_TRUE(fs::is_directory(moved_ / "s-4"));
}

TEST_F(DirectoryMigration, WhatChangesMeanwhileComesAlong) {
  start_migration();
  step();
  step();
  write_file(server("v-1") / "s-1" / "file", "changed");
  fs::remove(server("v-1") / "s-2" / "file");
  complete();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "changed");
  EXPECT_TRUE(fs::is_empty(moved_ / "s-2"));
}

TEST_F(DirectoryMigration, ItGoesOnAfterARestart) {
  start_migration();
  step();
  fs::create_directory(moved_ / ".part.7.s-2");  // the process died in the middle of a copy
  restart();
  EXPECT_FALSE(fs::exists(moved_ / ".part.7.s-2"));
  EXPECT_EQ(progress(), 50U);
  EXPECT_TRUE(step());
  complete();
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
}

TEST_F(DirectoryMigration, ACancelledOneLeavesNothingThere) {
  const auto before = tree(root());
  start_migration();
  step();
  driver_->share_server_migration_cancel("v-1");
  EXPECT_TRUE(fs::is_empty(dest_root_));
  EXPECT_EQ(tree(root()), before);
  expect_failed([&] { driver_->share_server_migration_cancel("v-1"); }, "not being migrated");
  start_migration();
  step();
  step();
  complete();
}

TEST_F(DirectoryMigration, AServerMovesBackAndAwayAndIsDeletedThere) {
  start_migration();
  step();
  step();
  complete();
  driver_->share_server_migration_start("v-1", root());
  while (!step()) {
  }
  complete();
  EXPECT_TRUE(fs::is_empty(dest_root_));
  EXPECT_EQ(read_file(server("v-1") / "s-1" / "file"), "s-1");

  start_migration();
  while (!step()) {
  }
  complete();
  driver_->delete_share_instance("s-1");
  driver_->delete_share_instance("s-2");
  driver_->delete_share_server("v-1");
  EXPECT_TRUE(fs::is_empty(dest_root_));
}

TEST_F(DirectoryMigration, ItMovesToAnotherFileSystem) {
  std::string pattern = "/dev/shm/hookwire-XXXXXX";
  if (fs::temp_directory_path() == "/dev/shm") pattern = "/var/tmp/hookwire-XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  driver_->share_server_migration_start("v-1", pattern);
  while (!step()) {
  }
  complete();
  EXPECT_EQ(read_file(fs::path(pattern) / "v-1" / "s-1" / "file"), "s-1");
  fs::remove_all(pattern);
}

TEST_F(DirectoryMigration, ItsSharesStayWhileItMoves) {
  start_migration();
  const std::string why = "it is being migrated to " + moved_.string();
  driver_->create_snapshot("s-1", "n-1");
  driver_->extend_share("s-1", 2);
  expect_refused<ShareServerInUse>(
      [&] { driver_->create_share_instance("s-4", 1, "NFS", "v-1", {}); }, why);
  expect_refused<ShareServerInUse>([&] { driver_->delete_share_instance("s-2"); }, why);
  expect_refused<ShareServerInUse>([&] { driver_->unmanage_share("s-2"); }, why);
  expect_refused<ShareServerInUse>([&] { driver_->revert_to_snapshot("s-1", "n-1"); }, why);
  expect_refused<ShareServerInUse>([&] { driver_->create_share_replica("s-1", "r-1"); }, why);
  expect_refused<ShareServerInUse>(
      [&] { driver_->manage_share("s-4", 1, "NFS", "servers/v-1/s-1", "v-1", {}); }, why);
  expect_refused<ShareServerInUse>([&] { driver_->delete_share_server("v-1"); }, why);
  expect_refused<ShareServerInUse>([&] { driver_->unmanage_share_server("v-1"); }, why);
  driver_->delete_share_instance("s-3");
}

TEST_F(DirectoryMigration, OnlyToAFolderThatIsNobodysAndNotThereYet) {
  expect_obstacle("silver", "not the absolute path of a folder");
  expect_obstacle("/no/such/folder", "not the absolute path of a folder");
  expect_obstacle(root() / "shares", "lies below the driver's root");
  expect_obstacle(root(), "exists already");
  write_file(moved_, "in the way");
  expect_obstacle(dest_root_, "silver/v-1 exists already: move it away");
  fs::remove(moved_);
  expect_refused<InvalidShareInput>([&] { driver_->share_server_migration_start("v-1", ""); },
                                    "'dest_root'");
  expect_refused<ShareServerNotFound>(
      [&] { driver_->share_server_migration_start("v-9", dest_root_); }, "'v-9'");
  expect_refused<ShareServerNotFound>(
      [&] { driver_->share_server_migration_check_compatibility("v-9", dest_root_); }, "'v-9'");
}

TEST_F(DirectoryMigration, OnlyAServerThatCanMoveWhole) {
  fs::create_directory(server("v-1") / "stray");
  expect_obstacle(dest_root_, "its folder holds 'stray', which is no share");
  fs::remove(server("v-1") / "stray");
  driver_->create_share_replica("s-1", "r-1");
  expect_obstacle(dest_root_, "replica 'r-1' is of its share 's-1'");
  driver_->delete_share_replica("r-1");
  fs::rename(server("v-1") / "s-2", root() / "lost");
  expect_obstacle(dest_root_, "s-2 is gone");
  fs::rename(root() / "lost", server("v-1") / "s-2");
  start_migration();
  expect_obstacle(dest_root_, "it is being migrated already");
}

TEST_F(DirectoryMigration, EveryStepNeedsTheOnesBefore) {
  const std::string none = "it is not being migrated";
  expect_failed([&] { step(); }, none);
  expect_failed([&] { complete(); }, none);
  expect_failed([&] { progress(); }, none);
  start_migration();
  step();
  expect_failed([&] { complete(); }, "share 's-2' is not copied yet: continue first");
  for (const auto& call : std::vector<std::function<void()>>{
           [&] { driver_->share_server_migration_continue("v-9"); },
           [&] { driver_->share_server_migration_complete("v-9"); },
           [&] { driver_->share_server_migration_cancel("v-9"); },
           [&] { driver_->share_server_migration_get_progress("v-9"); }}) {
    expect_refused<ShareServerNotFound>(call, "'v-9'");
  }
}

TEST_F(DirectoryMigration, ASourceThatLostWhatItHadNeverEmptiesTheCopy) {
  start_migration();
  step();
  step();
  const auto copy = tree(moved_);
  // As when what was mounted there is not any more.
  fs::rename(server("v-1") / "s-1", folder_.path() / "unmounted");
  fs::create_directory(server("v-1") / "s-1");
  expect_failed([&] { complete(); }, "s-1 is not the folder that it was");
  expect_failed([&] { step(); }, "s-1 is not the folder that it was");
  EXPECT_EQ(tree(moved_), copy);
  fs::remove(server("v-1") / "s-1");
  fs::rename(folder_.path() / "unmounted", server("v-1") / "s-1");
  complete();
  EXPECT_EQ(tree(moved_), copy);
}

TEST_F(DirectoryMigration, ADestinationThatIsNotOursIsNeitherFilledNorRemoved) {
  start_migration();
  fs::rename(moved_, dest_root_ / "taken");
  fs::create_directory(moved_);
  write_file(moved_ / "foreign", "content");
  expect_failed([&] { step(); }, "v-1 is not the folder that it was");
  driver_->share_server_migration_cancel("v-1");
  EXPECT_EQ(read_file(moved_ / "foreign"), "content");
  EXPECT_TRUE(log_.contains(moved_.string() + " is not what it was"));
}

TEST_F(DirectoryMigration, ASourceThatIsMoreThanWhatWasCopiedIsNotRemoved) {
  start_migration();
  step();
  step();
  write_file(server("v-1") / "stray", "content");
  complete();
  EXPECT_EQ(read_file(server("v-1") / "stray"), "content");
  EXPECT_EQ(read_file(server("v-1") / "s-1" / "file"), "s-1");
  EXPECT_TRUE(log_.contains(server("v-1").string() + " is not what it was"));
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
}

TEST_F(DirectoryMigration, AnInterruptedRemovalIsFinishedByTheNextStart) {
  start_migration();
  step();
  step();
  const auto device = [](const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return std::to_string(status.st_dev);
  };
  complete();
  fs::create_directories(server("v-1") / "s-1");
  fs::create_directories(dest_root_ / "other");
  std::string state = read_file(root() / "state.json");
  const auto removal = [&](const fs::path& path, ino_t inode) {
    return R"({"path":")" + path.string() + R"(","identity":{"device":)" + device(path) +
           R"(,"inode":)" + std::to_string(inode) + R"(},"is_checked":true,"contents":{}})";
  };
  const std::string none = "\"removals\": []";
  ASSERT_NE(state.find(none), std::string::npos);
  state.replace(state.find(none), none.size(),
                "\"removals\": [" + removal(server("v-1"), inode_of(server("v-1"))) + "," +
                    removal(dest_root_ / "other", inode_of(dest_root_ / "other") + 1) + "]");
  driver_.reset();
  write_file(root() / "state.json", state);
  start();
  EXPECT_FALSE(fs::exists(server("v-1")));
  EXPECT_TRUE(fs::exists(dest_root_ / "other")) << "it is another folder by now";
  EXPECT_THAT(read_file(root() / "state.json"), HasSubstr(none));
}

TEST_F(DirectoryMigration, NothingIsChangedWhenTheStateCannotBeWritten) {
  fs::create_directory(root() / "state.json.new");
  const auto expect_fault = [&](auto&& call) {
    const auto there = tree(dest_root_);
    expect_refused<ShareBackendException>(call, "state.json.new");
    EXPECT_EQ(tree(dest_root_), there);
  };
  expect_fault([&] { start_migration(); });
  fs::remove(root() / "state.json.new");
  start_migration();
  step();
  step();
  fs::create_directory(root() / "state.json.new");
  expect_fault([&] { complete(); });
  expect_fault([&] { driver_->share_server_migration_cancel("v-1"); });
  fs::remove(root() / "state.json.new");
  complete();
}

}  // namespace
}  // namespace hookwire::testing

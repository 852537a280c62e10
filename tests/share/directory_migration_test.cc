#include <cstdlib>

#include "folder_below.h"
#include "share/migration_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
  const auto identity = [](const fs::path& path, ino_t more) {
    const FolderIdentity found = identity_of(path);
    return R"({"device":)" + std::to_string(found.device) + R"(,"inode":)" +
           std::to_string(found.inode + more) + R"(,"born_ns":)" + std::to_string(found.born_ns) +
           "}";
  };
  complete();
  fs::create_directories(server("v-1") / "s-1");
  fs::create_directories(dest_root_ / "other" / "s-1");
  std::string state = read_file(root() / "state.json");
  const auto removal = [&](const fs::path& path, ino_t more) {
    return R"({"path":")" + path.string() + R"(","is_checked":true,"contents":{"s-1":0},)" +
           R"("identity":)" + identity(path, more) + R"(,"parent":)" +
           identity(path.parent_path(), 0) + "}";
  };
  const std::string none = "\"removals\": []";
  ASSERT_NE(state.find(none), std::string::npos);
  state.replace(state.find(none), none.size(),
                "\"removals\": [" + removal(server("v-1"), 0) + "," +
                    removal(dest_root_ / "other", 1) + "," + removal(moved_, 0) + "]");
  driver_.reset();
  write_file(root() / "state.json", state);
  start();
  EXPECT_FALSE(fs::exists(server("v-1")));
  EXPECT_TRUE(fs::exists(dest_root_ / "other" / "s-1")) << "it is another folder by now";
  EXPECT_TRUE(fs::exists(moved_ / "s-1" / "file")) << "it is the server's";
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

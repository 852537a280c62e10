#include "share/migration_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

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

TEST_F(DirectoryMigration, AShareOfTheFirstFormatThatLiesElsewhereHoldsUpItsServer) {
  driver_.reset();
  write_file(root() / "state.json", R"({"format":1,"snapshots":{},"shares":{"s-3":{"size_gb":1,
    "share_proto":"NFS","access_rules":[],"share_server_id":"v-2"}}})");
  start();
  const auto fit = driver_->share_server_migration_check_compatibility("v-2", dest_root_);
  EXPECT_THAT(fit.reason, HasSubstr("'s-3' does not lie in its folder"));
  driver_->unmanage_share("s-3");
  driver_->manage_share("s-3", 1, "NFS", "shares/s-3", "v-2", {});
  EXPECT_TRUE(driver_->share_server_migration_check_compatibility("v-2", dest_root_).compatible);
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

}  // namespace
}  // namespace hookwire::testing

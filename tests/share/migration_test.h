#pragma once

#include <functional>

#include "share/directory_test.h"

namespace hookwire::testing {

/// A share server of two shares beside a share without one, and a folder to move it to.
class DirectoryMigration : public DirectoryTest {
 protected:
  DirectoryMigration() {
    std::filesystem::create_directory(dest_root_);
    for (const char* id : {"s-1", "s-2"}) {
      driver_->create_share_instance(id, 1, "NFS", "v-1", {});
      write_file(server("v-1") / id / "file", id);
    }
    create("s-3");
  }

  void start_migration() { driver_->share_server_migration_start("v-1", dest_root_); }
  bool step() { return driver_->share_server_migration_continue("v-1"); }
  void copy_all() {
    while (!step()) {
    }
  }
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
    EXPECT_THAT(fit.reason, ::testing::HasSubstr(part));
    expect_failed([&] { driver_->share_server_migration_start("v-1", dest_root); }, part);
  }

  const std::filesystem::path dest_root_ = folder_.path() / "silver";
  const std::filesystem::path moved_ = dest_root_ / "v-1";
};

}  // namespace hookwire::testing

#pragma once

#include "share/all_or_nothing.h"

namespace hookwire::testing {

/// Wherever its server is, a share is whole, and what was begun can be finished or cancelled.
class MigrationAllOrNothing : public DirectoryAllOrNothing {
 protected:
  MigrationAllOrNothing() { std::filesystem::create_directory(silver_); }

  void begin(ShareDriver& driver) {
    for (const char* id : {"s-1", "s-2"}) {
      driver.create_share_instance(id, 1, "NFS", "v-1", {});
      make_folder(std::filesystem::path("servers/v-1") / id);
    }
    std::filesystem::remove_all(silver_);
    std::filesystem::create_directory(silver_);
  }
  void go_on(ShareDriver& driver, int steps) {
    driver.share_server_migration_start("v-1", silver_);
    for (int i = 0; i < steps; ++i) driver.share_server_migration_continue("v-1");
  }
  static void finish(ShareDriver& driver) {
    while (!driver.share_server_migration_continue("v-1")) {
    }
    driver.share_server_migration_complete("v-1");
  }
  /// A fresh root, with a server that was copied in `steps` steps; or not begun, when negative.
  void prepare_copied(int steps) {
    prepare([&](ShareDriver& driver) {
      begin(driver);
      if (steps >= 0) go_on(driver, steps);
    });
  }
  void prepare_moved() {
    prepare([&](ShareDriver& driver) {
      begin(driver);
      go_on(driver, 0);
      finish(driver);
    });
  }

  std::filesystem::path content(const std::string& id) {
    const std::string location = instance(id).export_locations.at(0);
    return location.substr(location.find(':') + 1);
  }
  static bool is_whole(const std::filesystem::path& content) {
    return read_file(content / "inner" / "file") == "content";
  }
  void expect_whole_shares() {
    for (const char* id : {"s-1", "s-2"}) EXPECT_TRUE(is_whole(content(id))) << content(id);
  }
  bool state_says(const std::string& text) const {
    return read_file(root() / "state.json").find(text) != std::string::npos;
  }

  const std::filesystem::path silver_ = folder_.path() / "silver";
  const std::filesystem::path moved_ = silver_ / "v-1";
};

}  // namespace hookwire::testing

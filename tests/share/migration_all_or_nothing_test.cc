#include "share/all_or_nothing.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

// Wherever its server is, a share is whole, and what was begun can be finished or cancelled.
class MigrationAllOrNothing : public DirectoryAllOrNothing {
 protected:
  MigrationAllOrNothing() { fs::create_directory(silver_); }

  void begin(ShareDriver& driver) {
    for (const char* id : {"s-1", "s-2"}) {
      driver.create_share_instance(id, 1, "NFS", "v-1", {});
      make_folder(fs::path("servers/v-1") / id);
    }
    fs::remove_all(silver_);
    fs::create_directory(silver_);
  }
  void go_on(ShareDriver& driver, int steps) {
    driver.share_server_migration_start("v-1", silver_);
    for (int i = 0; i < steps; ++i) driver.share_server_migration_continue("v-1");
  }
  fs::path content(const std::string& id) {
    const std::string location = instance(id).export_locations.at(0);
    return location.substr(location.find(':') + 1);
  }
  void expect_whole_shares() {
    for (const char* id : {"s-1", "s-2"}) {
      EXPECT_EQ(read_file(content(id) / "inner" / "file"), "content");
    }
  }

  // Kills `call` everywhere after `steps` steps; then all goes on, or is cancelled.
  void kill_everywhere(int steps, const Work& call) {
    for (std::size_t n = 1;; ++n) {
      SCOPED_TRACE("killed in front of change " + std::to_string(n));
      prepare([&](ShareDriver& driver) {
        begin(driver);
        if (steps >= 0) go_on(driver, steps);
      });
      if (!killed_at_change(n, [&] { make(call); })) {
        EXPECT_GT(n, 5U);
        return;
      }
      start();
      expect_whole_shares();
      if (content("s-1") != silver_ / "v-1" / "s-1") finish_or_cancel(n % 2 == 0);
      EXPECT_NE(fs::exists(server("v-1")), fs::exists(silver_ / "v-1"));
      expect_whole_shares();
      EXPECT_FALSE(log_.contains("is gone"));
    }
  }
  void finish_or_cancel(bool finish) {
    try {
      driver_->share_server_migration_get_progress("v-1");
    } catch (const ShareServerMigrationFailed&) {
      driver_->share_server_migration_start("v-1", silver_);  // it was not begun, or was cancelled
    }
    if (!finish) return driver_->share_server_migration_cancel("v-1");
    while (!driver_->share_server_migration_continue("v-1")) {
    }
    driver_->share_server_migration_complete("v-1");
  }

  const fs::path silver_ = folder_.path() / "silver";
};

TEST_F(MigrationAllOrNothing, EveryStepOfAMigration) {
  kill_everywhere(-1, [&](ShareDriver& driver) { go_on(driver, 0); });
  kill_everywhere(0, [](ShareDriver& driver) { driver.share_server_migration_continue("v-1"); });
  kill_everywhere(2, [](ShareDriver& driver) { driver.share_server_migration_complete("v-1"); });
  kill_everywhere(1, [](ShareDriver& driver) { driver.share_server_migration_cancel("v-1"); });
}

}  // namespace
}  // namespace hookwire::testing

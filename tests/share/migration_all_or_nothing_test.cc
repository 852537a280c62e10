#include "share/migration_all_or_nothing.h"

#include "support/long_form.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class KilledMigration : public MigrationAllOrNothing {
 protected:
  // From one change to the next that is tried: each, but for tests of many changes, and where each
  // takes long.
  static std::size_t step(bool is_long) {
    if (long_form()) return 1;
    return (is_long ? 3U : 1U) * (kSanitized ? 4U : 1U);
  }
  static std::size_t first(bool is_long) { return 1 + test_seed() % step(is_long); }

  // Kills `call` everywhere after `before`; then all goes on, or is cancelled.
  void kill_everywhere(const std::function<void()>& before, const Work& call,
                       bool is_long = false) {
    std::size_t n = first(is_long);
    for (bool finish = true;; finish = !finish) {
      SCOPED_TRACE("killed in front of change " + std::to_string(n));
      before();
      if (!killed_at_change(n, [&] { make(call); })) break;
      start();
      expect_whole_shares();
      if (content("s-1") != moved_ / "s-1") finish_or_cancel(finish);
      EXPECT_NE(fs::exists(server("v-1")), fs::exists(moved_));
      expect_whole_shares();
      EXPECT_FALSE(log_.contains("is gone"));
      if (!finish) n += step(is_long);  // each was finished and cancelled
    }
    EXPECT_GT(n, 5U);
  }
  void finish_or_cancel(bool is_finished) {
    // A folder that was made when the process died is nobody's: the state does not know it.
    if (fs::exists(moved_) && fs::is_empty(moved_) && !state_says("\"migration\"")) {
      fs::remove(moved_);
    }
    try {
      driver_->share_server_migration_get_progress("v-1");
    } catch (const ShareServerMigrationFailed&) {
      driver_->share_server_migration_start("v-1", silver_);  // it was not begun, or was cancelled
    }
    if (!is_finished) return driver_->share_server_migration_cancel("v-1");
    finish(*driver_);
  }
  static void complete(ShareDriver& driver) { driver.share_server_migration_complete("v-1"); }
};

TEST_F(KilledMigration, WhenItBegins) {
  kill_everywhere([&] { prepare_copied(-1); }, [&](ShareDriver& driver) { go_on(driver, 0); });
}

TEST_F(KilledMigration, WhileAShareIsCopied) {
  kill_everywhere([&] { prepare_copied(0); },
                  [](ShareDriver& driver) { driver.share_server_migration_continue("v-1"); });
}

TEST_F(KilledMigration, InTheLastStep) {
  kill_everywhere([&] { prepare_copied(2); }, &complete);
}

TEST_F(KilledMigration, WhenItIsCancelled) {
  kill_everywhere([&] { prepare_copied(1); },
                  [](ShareDriver& driver) { driver.share_server_migration_cancel("v-1"); });
}

TEST_F(KilledMigration, WhileAShareThatChangedIsCopiedAgain) {
  const auto change = [&] {
    prepare_copied(2);
    for (const char* id : {"s-1", "s-2"}) write_file(server("v-1") / id / "new", "new");
  };
  kill_everywhere(change, &complete, true);
  for (const char* id : {"s-1", "s-2"}) EXPECT_EQ(read_file(moved_ / id / "new"), "new");
}

TEST_F(KilledMigration, WhenAServerThatMovedIsDeleted) {
  std::size_t n = 1;
  for (;; ++n) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    prepare_moved();
    start();
    for (const char* id : {"s-1", "s-2"}) driver_->delete_share_instance(id);
    driver_.reset();
    if (!killed_at_change(
            n, [&] { make([](ShareDriver& driver) { driver.delete_share_server("v-1"); }); })) {
      break;
    }
    start();
    if (state_says("\"v-1\"")) driver_->delete_share_server("v-1");
    EXPECT_TRUE(fs::is_empty(silver_));
    EXPECT_TRUE(state_says("\"removals\": []"));
  }
  EXPECT_GT(n, 3U);
}

TEST_F(KilledMigration, OnTheWayBack) {
  std::size_t n = first(true);
  for (;; n += step(true)) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    prepare_moved();
    start();
    driver_->share_server_migration_start("v-1", root());
    driver_.reset();
    if (!killed_at_change(n, [&] { make(&finish); })) break;
    start();
    expect_whole_shares();
    if (content("s-1") == moved_ / "s-1") finish(*driver_);
    expect_whole_shares();
    EXPECT_TRUE(fs::is_empty(silver_));
    EXPECT_FALSE(log_.contains("is gone"));
  }
  EXPECT_GT(n, 20U);
}

}  // namespace
}  // namespace hookwire::testing

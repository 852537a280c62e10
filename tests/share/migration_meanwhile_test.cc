#include "share/migration_all_or_nothing.h"
#include "support/long_form.h"

// Somebody else changes the folders in front of every system call of the driver that changes files.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class MigrationMeanwhile : public MigrationAllOrNothing {
 protected:
  using Change = std::function<void()>;

  struct Then {
    bool is_there = false;    // the call came that far
    bool is_removed = false;  // the old folder was being removed by then
  };
  Then change_at(std::size_t n, const Work& call, const Change& change) {
    Then then;
    then.is_there = changed_meanwhile(
        n, [&] { make_if_it_can(call); },
        [&] {
          then.is_removed = state_says("\"is_checked\": true");
          change();
        });
    return then;
  }

  // Each of `n` with and without a share that is copied again.
  void sweep(int steps, const Work& call, const Change& change) {
    const std::size_t every = kSanitized && !long_form() ? 5 : 1;
    for (const bool is_changed : {false, true}) {
      std::size_t n = 1 + test_seed() % every;
      for (;; n += every) {
        SCOPED_TRACE("in front of change " + std::to_string(n));
        fs::remove_all(aside_);
        prepare_copied(steps);
        if (is_changed) write_file(source_ / "s-1" / "new", "new");
        const Then then = change_at(n, call, change);
        if (!then.is_there) break;
        start();
        expect_nothing_lost(then.is_removed, is_changed);
        if (HasFailure()) return;
      }
      EXPECT_GT(n, 10U);
    }
  }

  static bool has_all(const fs::path& share, bool is_changed) {
    return is_whole(share) && (!is_changed || read_file(share / "new") == "new");
  }
  void expect_nothing_lost(bool is_removed, bool is_changed) {
    bool is_anywhere = false;
    for (const fs::path& share : {source_ / "s-1", moved_ / "s-1", aside_, aside_ / "s-1"}) {
      is_anywhere = is_anywhere || has_all(share, is_changed);
    }
    if (!is_removed) {
      EXPECT_TRUE(is_anywhere);
    }
    // Where the export says, or nothing was removed.
    const bool is_kept = has_all(source_ / "s-1", is_changed) || has_all(aside_, is_changed);
    EXPECT_TRUE(has_all(content("s-1"), is_changed) || is_kept || is_removed);
    EXPECT_TRUE(has_all(moved_ / "s-1", is_changed) || is_kept || is_removed);
  }

  // As a call fails that finds nothing to rename any more.
  void put_aside(const fs::path& folder, bool is_replaced) const {
    std::error_code failed;
    fs::rename(folder, aside_, failed);
    if (is_replaced && !failed) fs::create_directory(folder);
  }

  void make_if_it_can(const Work& call) {
    try {
      make(call);
    } catch (const ShareError&) {
    }
  }
  static void complete(ShareDriver& driver) { driver.share_server_migration_complete("v-1"); }
  static void copy_one(ShareDriver& driver) { driver.share_server_migration_continue("v-1"); }

  const fs::path source_ = server("v-1");
  const fs::path aside_ = folder_.path() / "aside";
};

TEST_F(MigrationMeanwhile, AShareIsMovedAwayInTheLastStep) {
  sweep(2, &complete, [&] { put_aside(source_ / "s-1", false); });
}

TEST_F(MigrationMeanwhile, AShareIsReplacedInTheLastStep) {
  sweep(2, &complete, [&] { put_aside(source_ / "s-1", true); });
}

TEST_F(MigrationMeanwhile, TheNewFolderIsMovedAwayInTheLastStep) {
  sweep(2, &complete, [&] { put_aside(moved_, false); });
}

TEST_F(MigrationMeanwhile, TheNewFolderIsReplacedInTheLastStep) {
  sweep(2, &complete, [&] { put_aside(moved_, true); });
}

TEST_F(MigrationMeanwhile, ACopyIsRemovedInTheLastStep) {
  sweep(2, &complete, [&] { fs::remove_all(moved_ / "s-1"); });
}

TEST_F(MigrationMeanwhile, AShareIsReplacedWhileItIsCopied) {
  sweep(0, &copy_one, [&] { put_aside(source_ / "s-1", true); });
}

TEST_F(MigrationMeanwhile, TheNewFolderIsReplacedWhileAShareIsCopied) {
  sweep(0, &copy_one, [&] { put_aside(moved_, true); });
}

TEST_F(MigrationMeanwhile, TheNewFolderIsReplacedWhenItIsCancelled) {
  std::size_t n = 1;
  for (;; ++n) {
    SCOPED_TRACE("in front of change " + std::to_string(n));
    fs::remove_all(aside_);
    prepare_copied(1);
    const bool is_there = changed_meanwhile(
        n, [&] { make([](ShareDriver& driver) { driver.share_server_migration_cancel("v-1"); }); },
        [&] {
          put_aside(moved_, true);
          write_file(moved_ / "foreign", "foreign");
        });
    if (!is_there) break;
    start();
    expect_whole_shares();
    if (fs::exists(aside_)) {
      EXPECT_EQ(read_file(moved_ / "foreign"), "foreign");
    }
  }
  EXPECT_GT(n, 3U);
}

TEST_F(MigrationMeanwhile, AShareThatKeepsChangingIsNotMoved) {
  prepare_copied(2);
  const auto complete_in_vain = [&] {
    make([](ShareDriver& driver) {
      try {
        complete(driver);
      } catch (const ShareServerMigrationFailed& error) {
        const std::string why = error.what();
        if (why.find("share 's-1' keeps changing") != std::string::npos) return;
        throw;
      }
      throw std::runtime_error("it was moved");
    });
  };
  TracedCall traced(complete_in_vain);
  int i = 0;
  while (traced.goes_on_to(1)) write_file(source_ / "s-1" / "file", std::to_string(++i));
  EXPECT_TRUE(traced.works());
  EXPECT_GT(i, 10);
  start();
  EXPECT_EQ(content("s-1"), source_ / "s-1");
  complete(*driver_);
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), std::to_string(i));
}

// Its disk is not mounted when the process starts again, after a kill.
TEST_F(MigrationMeanwhile, NothingIsRemovedWhileTheNewFolderIsNotThere) {
  std::size_t waited = 0;
  for (std::size_t n = 1;; ++n) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    fs::remove_all(aside_);
    prepare_copied(2);
    if (!killed_at_change(n, [&] { make(&complete); })) break;
    const auto before = tree(source_.parent_path());
    const bool is_pending = !state_says("\"removals\": []");
    const bool is_left = fs::exists(source_);
    fs::rename(silver_, aside_);
    fs::create_directory(silver_);
    start();
    EXPECT_EQ(tree(source_.parent_path()), before);
    if (is_pending && is_left) {
      ++waited;
      EXPECT_TRUE(log_.contains(source_.string() + " could not be removed"));
      EXPECT_FALSE(state_says("\"removals\": []"));
    }
    driver_.reset();
    fs::remove(silver_);
    fs::rename(aside_, silver_);
    start();
    expect_whole_shares();
    EXPECT_EQ(fs::exists(source_), !is_pending);
  }
  EXPECT_GT(waited, 5U);
}

TEST_F(MigrationMeanwhile, CopiesThatAreNotThereAreRemovedWhenTheyAre) {
  std::size_t waited = 0;
  for (std::size_t n = 1;; ++n) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    fs::remove_all(aside_);
    prepare_copied(1);
    if (!killed_at_change(n, [&] {
          make([](ShareDriver& driver) { driver.share_server_migration_cancel("v-1"); });
        })) {
      break;
    }
    if (state_says("\"removals\": []")) continue;
    ++waited;
    fs::rename(silver_, aside_);
    fs::create_directory(silver_);
    start();
    EXPECT_FALSE(state_says("\"removals\": []"));
    driver_.reset();
    fs::remove(silver_);
    fs::rename(aside_, silver_);
    start();
    EXPECT_TRUE(fs::is_empty(silver_));
    EXPECT_TRUE(state_says("\"removals\": []"));
  }
  EXPECT_GT(waited, 3U);
}

// A removal that was interrupted is pending until init_host.
TEST_F(MigrationMeanwhile, NothingMovesIntoAFolderThatIsYetToBeRemoved) {
  for (std::size_t n = 1; n == 1 || state_says("\"removals\": []"); ++n) {
    prepare([&](ShareDriver& driver) {
      begin(driver);
      driver.create_share_instance("s-3", 1, "NFS", "v-2", {});
      go_on(driver, 1);
    });
    ASSERT_TRUE(killed_at_change(n, [&] {
      make([](ShareDriver& driver) { driver.share_server_migration_cancel("v-1"); });
    }));
  }
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  for (const fs::path& dest_root : {moved_, moved_ / "s-1"}) {
    expect_refused<ShareServerMigrationFailed>(
        [&] { driver_->share_server_migration_start("v-2", dest_root); }, "yet to be removed");
  }
  expect_refused<ShareServerMigrationFailed>(
      [&] { driver_->share_server_migration_start("v-1", silver_); }, "yet to be removed");
  driver_->init_host();
  EXPECT_TRUE(fs::is_empty(silver_));
}

}  // namespace
}  // namespace hookwire::testing

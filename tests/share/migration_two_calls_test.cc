#include <chrono>
#include <thread>

#include "share/migration_all_or_nothing.h"

// Two calls at once: one stands still in the middle while another is made.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class MigrationTwoCalls : public MigrationAllOrNothing {
 protected:
  using Check = std::function<bool()>;

  // Lets a child make `first`, which stands still in front of a change as soon as it `is_time`,
  // until `second` ended in another thread and was looked at. Returns what `second` raised.
  std::string make_both(const Work& first, const Check& is_time, const Work& second,
                        const std::function<void()>& look) {
    TracedCall traced([&] {
      make([&](ShareDriver& driver) {
        const std::jthread other([&] { make_when_told(driver, second); });
        first(driver);
      });
    });
    bool is_there = traced.goes_on_to(1);
    while (is_there && !is_time()) is_there = traced.goes_on_to(1);
    EXPECT_TRUE(is_there);
    write_file(go_, "");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(ended_) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    EXPECT_TRUE(fs::exists(ended_));
    look();
    EXPECT_TRUE(traced.works());
    return read_file(ended_);
  }

 private:
  void make_when_told(ShareDriver& driver, const Work& call) const {
    while (!fs::exists(go_)) std::this_thread::yield();
    std::string raised;
    try {
      call(driver);
    } catch (const ShareError& error) {
      raised = error.what();
    }
    write_file(folder_.path() / "ending", raised);
    fs::rename(folder_.path() / "ending", ended_);
  }

  const fs::path go_ = folder_.path() / "go";
  const fs::path ended_ = folder_.path() / "ended";
};

TEST_F(MigrationTwoCalls, NoneBeginsWhileAReplicaIsMade) {
  prepare_copied(-1);
  const auto is_copying = [&] {
    for (const std::string& name : names_in(root() / "replicas")) {
      if (fs::exists(root() / "replicas" / name / "content" / "inner")) return true;
    }
    return false;
  };
  const std::string raised = make_both(
      [](ShareDriver& driver) { driver.create_share_replica("s-1", "r-1"); }, is_copying,
      [&](ShareDriver& driver) { driver.share_server_migration_start("v-1", silver_); }, [] {});
  EXPECT_THAT(raised, HasSubstr("replica 'r-1' is being made of it"));
  EXPECT_TRUE(fs::is_empty(silver_));
}

TEST_F(MigrationTwoCalls, ARemovalIsFinishedAndForgottenByTheCallThatBeganIt) {
  prepare([&](ShareDriver& driver) {
    begin(driver);
    driver.create_share_instance("t-1", 1, "NFS", "v-2", {});
    driver.share_server_migration_start("v-2", silver_);
    go_on(driver, 2);
  });
  const auto is_removing = [&] {
    return state_says("\"is_checked\": true") && !is_whole(server("v-1") / "s-1");
  };
  const std::string raised = make_both(
      [](ShareDriver& driver) { driver.share_server_migration_complete("v-1"); }, is_removing,
      [](ShareDriver& driver) { driver.share_server_migration_cancel("v-2"); },
      [&] {
        EXPECT_TRUE(state_says("\"is_checked\": true"));
        EXPECT_TRUE(fs::exists(server("v-1")));
        EXPECT_FALSE(fs::exists(silver_ / "v-2"));
      });
  EXPECT_EQ(raised, "");
  EXPECT_FALSE(fs::exists(server("v-1")));
  EXPECT_TRUE(state_says("\"removals\": []"));
}

// What a call was killed in is pending until init_host.
class PendingRemoval : public MigrationAllOrNothing {
 protected:
  PendingRemoval() {
    for (std::size_t n = 1; n == 1 || state_says("\"removals\": []"); ++n) {
      prepare_copied(2);
      EXPECT_TRUE(killed_at_change(n, [&] {
        make([](ShareDriver& driver) { driver.share_server_migration_complete("v-1"); });
      }));
    }
    driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  }
};

TEST_F(PendingRemoval, ItsFolderIsNotTakenOver) {
  for (const fs::path& folder : {server("v-1"), server("v-1") / "s-1"}) {
    expect_refused<ManageInvalidShare>(
        [&] { driver_->manage_share("s-9", 1, "NFS", folder, std::nullopt, {}); },
        "a folder that is yet to be removed");
  }
}

TEST_F(PendingRemoval, TheServerStaysUntilThen) {
  fs::create_directory(folder_.path() / "bronze");
  expect_refused<ShareServerMigrationFailed>(
      [&] { driver_->share_server_migration_start("v-1", folder_.path() / "bronze"); },
      server("v-1").string() + " is yet to be removed: call init_host");
  driver_->init_host();
  driver_->share_server_migration_start("v-1", folder_.path() / "bronze");
}

// As somebody may write it.
class MigrationState : public MigrationAllOrNothing {
 protected:
  void expect_damaged(const std::string& after, const std::string& text, const std::string& other,
                      const std::string& why) {
    std::string state = read_file(root() / "state.json");
    const std::size_t place = state.find(text, state.find(after));
    ASSERT_NE(place, std::string::npos);
    state.replace(place, text.size(), other);
    write_file(root() / "state.json", state);
    try {
      start();
      ADD_FAILURE() << "it was read";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(why));
    }
  }
};

TEST_F(MigrationState, AllThatIsOnAServerMovesWithIt) {
  prepare_copied(1);
  expect_damaged("\"migration\"", "\"s-2\"", "\"s-9\"", "'v-1' is not what is on it");
}

TEST_F(MigrationState, OnlyWhatHasAnIdIsRemoved) {
  prepare_copied(1);
  expect_damaged("\"removals\"", "[]",
                 R"([{"path":"/x","is_checked":true,"contents":{"../x":0},
                 "identity":{"device":1,"inode":1,"born_ns":1},
                 "parent":{"device":1,"inode":1,"born_ns":1}}])",
                 "'../x' is no valid id");
}

}  // namespace
}  // namespace hookwire::testing

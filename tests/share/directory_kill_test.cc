#include <functional>
#include <random>
#include <set>

#include "share/directory_test.h"
#include "share/killed_driver.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

void make_and_remove(const fs::path& root, ShareDriver& driver, const Step& step) {
  step([&] { driver.create_share_instance("s-1", 2, "NFS", std::nullopt, {}); });
  for (int i = 0; i < 20; ++i) {
    write_file(root / "shares" / "s-1" / std::to_string(i), std::string(1000, 'x'));
  }
  step([&] { driver.allow_access("s-1", ip_rule("10.0.0.4")); });
  step([&] { driver.create_snapshot("s-1", "snap-1"); });
  step([&] { driver.delete_snapshot("snap-1"); });
  step([&] { driver.delete_share_instance("s-1"); });
}

class DirectoryKill : public DirectoryTest {
 protected:
  using Round = void (*)(const fs::path& root, ShareDriver& driver, const Step& step);

  // Kills a child at random, some `rounds` times and once at least in a call, and has `check` look
  // at what it left each time.
  void kill_often(Round round, std::size_t calls, std::uint64_t rounds,
                  const std::function<void(const Killed&)>& check) {
    const std::uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::uint64_t least = repeats(rounds, 20 * rounds);
    std::uint64_t killed_in_a_call = 0;
    for (std::uint64_t i = 0; i < least || (killed_in_a_call == 0 && i < 10 * rounds); ++i) {
      driver_.reset();
      const Killed killed = run_and_kill(
          root(), [&](ShareDriver& driver, const Step& step) { round(root(), driver, step); },
          1 + random() % calls, random() % 2000);
      killed_in_a_call += killed.in_a_call;
      start();
      check(killed);
      EXPECT_FALSE(log_.contains("is gone"));
    }
    EXPECT_GT(killed_in_a_call, 0U);
  }

  bool has_share() { return !driver_->share_instances().empty(); }

  void clear() {
    if (fs::exists(snapshot("snap-1"))) driver_->delete_snapshot("snap-1");
    if (has_share()) driver_->delete_share_instance("s-1");
  }
};

TEST_F(DirectoryKill, StateAndDiskAgreeWheneverTheProcessDies) {
  kill_often(&make_and_remove, 10, 15, [&](const Killed& killed) {
    // The child goes round five calls; of the one it died in, nothing is known but all or nothing.
    const std::size_t place = killed.calls_ended % 5;
    const bool shared = has_share();
    const bool snapped = fs::exists(snapshot("snap-1"));
    SCOPED_TRACE("place " + std::to_string(place));
    EXPECT_TRUE(shared || place == 0 || place == 4);
    EXPECT_TRUE(!shared || place != 0 || killed.in_a_call);
    EXPECT_TRUE(shared || place != 4 || killed.in_a_call);
    EXPECT_TRUE(snapped || place != 3 || killed.in_a_call);
    EXPECT_TRUE(!snapped || place == 3 || (place == 2 && killed.in_a_call));
    std::set<std::string> expected;
    if (shared) expected.insert("shares/s-1");
    if (snapped) expected.insert("snapshots/snap-1");
    std::set<std::string> found;
    for (const char* folder : {"shares", "snapshots"}) {
      for (const auto& entry : fs::directory_iterator(root() / folder)) {
        found.insert(std::string(folder) + "/" + entry.path().filename().string());
      }
    }
    EXPECT_EQ(found, expected);
    EXPECT_TRUE(!snapped || tree(snapshot("snap-1")) == tree(share("s-1")));
    EXPECT_FALSE(log_.contains("left alone"));
    clear();
    EXPECT_TRUE(fs::is_empty(root() / "shares"));
  });
}

void make_and_remove_on_server(const fs::path& /*root*/, ShareDriver& driver, const Step& step) {
  step([&] { driver.create_share_instance("s-1", 1, "NFS", "v-1", {}); });
  step([&] { driver.delete_share_instance("s-1"); });
  step([&] { driver.delete_share_server("v-1"); });
}

TEST_F(DirectoryKill, AShareServerIsThereWithItsFirstShareOrNotAtAll) {
  kill_often(&make_and_remove_on_server, 6, 15, [&](const Killed& killed) {
    const std::size_t place = killed.calls_ended % 3;
    const std::set<std::string> servers = names_in(root() / "servers");
    EXPECT_TRUE(servers.empty() || servers == std::set<std::string>{"v-1"});
    EXPECT_TRUE(servers.empty() || place != 0 || killed.in_a_call);
    EXPECT_TRUE(!servers.empty() || place == 0 || (place == 2 && killed.in_a_call));
    const std::set<std::string> shares =
        servers.empty() ? std::set<std::string>() : names_in(server("v-1"));
    EXPECT_EQ(shares, has_share() ? std::set<std::string>{"s-1"} : std::set<std::string>());
    EXPECT_FALSE(log_.contains("left alone"));
    if (has_share()) driver_->delete_share_instance("s-1");
    if (!servers.empty()) driver_->delete_share_server("v-1");
  });
}

void take_over_and_let_go(const fs::path& root, ShareDriver& driver, const Step& step) {
  if (fs::exists(root / "shares" / "s-1")) {
    if (!driver.share_instances().empty()) driver.unmanage_share("s-1");
    fs::rename(root / "shares" / "s-1", root / "import");
  }
  step([&] { driver.manage_share("s-1", 1, "NFS", "import", std::nullopt, {}); });
  step([&] { driver.unmanage_share("s-1"); });
}

TEST_F(DirectoryKill, AFolderThatIsTakenOverIsInOnePlaceWheneverTheProcessDies) {
  fs::create_directory(root() / "import");
  for (int i = 0; i < 20; ++i) write_file(root() / "import" / std::to_string(i), "content");
  const auto content = tree(root() / "import");
  kill_often(&take_over_and_let_go, 6, 15, [&](const Killed&) {
    const bool taken = fs::exists(share("s-1"));
    EXPECT_NE(taken, fs::exists(root() / "import"));
    EXPECT_EQ(tree(taken ? share("s-1") : root() / "import"), content);
    EXPECT_TRUE(taken || !has_share());
    EXPECT_LE(names_in(root() / "shares").size(), 1U);
  });
}

void replicate(const fs::path& root, ShareDriver& driver, const Step& step) {
  step([&] { driver.create_share_replica("s-1", "r-1"); });
  write_file(root / "shares" / "s-1" / "new", "new");
  step([&] { driver.update_share_replica("r-1"); });
  step([&] { driver.create_replicated_snapshot("s-1", "n-1"); });
  step([&] { driver.promote_share_replica("r-1"); });
  step([&] { driver.delete_replicated_snapshot("n-1"); });
  step([&] { driver.delete_share_replica("r-1"); });
  fs::remove(root / "shares" / "s-1" / "new");
}

// What cannot be done just now need not be done.
void if_it_can(const std::function<void()>& call) {
  try {
    call();
  } catch (const ShareError&) {
  }
}

TEST_F(DirectoryKill, EveryCopyIsWholeWheneverTheProcessDies) {
  create("s-1");
  for (int i = 0; i < 30; ++i) write_file(share("s-1") / std::to_string(i), "content");
  const auto content = tree(share("s-1"));
  const auto expect_whole = [&](const fs::path& folder) {
    auto found = tree(folder);
    found.erase("new");
    EXPECT_EQ(found, content) << folder;
  };
  kill_often(&replicate, 12, 25, [&](const Killed&) {
    expect_whole(share("s-1"));
    for (const std::string& id : names_in(root() / "replicas")) {
      const fs::path replica = root() / "replicas" / id;
      EXPECT_EQ(names_in(replica), (std::set<std::string>{"content", "snapshots"}));
      expect_whole(replica / "content");
      for (const auto& copy : fs::directory_iterator(replica / "snapshots")) expect_whole(copy);
      const bool is_same = tree(replica / "content") == tree(share("s-1"));
      try {
        driver_->promote_share_replica("r-1");
        EXPECT_TRUE(is_same) << "it was taken for in sync";
      } catch (const ReplicaNotInSync&) {
      }
    }
    for (const auto& copy : fs::directory_iterator(root() / "snapshots")) expect_whole(copy);
    EXPECT_FALSE(log_.contains("left alone"));
    if_it_can([&] { driver_->delete_replicated_snapshot("n-1"); });
    if_it_can([&] { driver_->delete_share_replica("r-1"); });
    fs::remove(share("s-1") / "new");
  });
}

void move_there_and_back(const fs::path& root, ShareDriver& driver, const Step& step) {
  const auto move_to = [&](const fs::path& dest_root) {
    step([&] { driver.share_server_migration_start("v-1", dest_root); });
    bool is_copied = false;
    while (!is_copied) step([&] { is_copied = driver.share_server_migration_continue("v-1"); });
    step([&] { driver.share_server_migration_complete("v-1"); });
  };
  const fs::path silver = root.parent_path() / "silver";
  if_it_can([&] { driver.share_server_migration_cancel("v-1"); });
  if (fs::exists(root / "servers" / "v-1" / "s-1")) move_to(silver);
  move_to(root);
}

TEST_F(DirectoryKill, EveryShareIsWholeWhereverItsServerIsWhenTheProcessDies) {
  const fs::path silver = folder_.path() / "silver";
  fs::create_directory(silver);
  for (const char* id : {"s-1", "s-2", "s-3"}) {
    driver_->create_share_instance(id, 1, "NFS", "v-1", {});
    for (int i = 0; i < 20; ++i) write_file(server("v-1") / id / std::to_string(i), "content");
  }
  const auto content = tree(server("v-1") / "s-1");
  kill_often(&move_there_and_back, 20, 25, [&](const Killed&) {
    for (const ShareInstance& share : driver_->share_instances()) {
      const std::string location = share.export_locations.at(0);
      EXPECT_EQ(tree(location.substr(location.find(':') + 1)), content) << location;
    }
    EXPECT_EQ(driver_->share_instances().size(), 3U);
    if_it_can([&] { driver_->share_server_migration_cancel("v-1"); });
    // One that was made just before, of which the state does not know, is nobody's.
    for (const fs::path& folder : {server("v-1"), silver / "v-1"}) {
      if (fs::exists(folder) && fs::is_empty(folder)) fs::remove(folder);
    }
    const bool is_here = fs::exists(server("v-1") / "s-1");
    EXPECT_NE(is_here, fs::exists(silver / "v-1" / "s-1")) << "nothing is left of the other copy";
  });
}

void change_and_revert(const fs::path& root, ShareDriver& driver, const Step& step) {
  write_file(root / "shares" / "s-1" / "new", "new");
  step([&] { driver.revert_to_snapshot("s-1", "n-1"); });
}

TEST_F(DirectoryKill, ARevertedShareIsWholeWheneverTheProcessDies) {
  create("s-1");
  for (int i = 0; i < 50; ++i) write_file(share("s-1") / std::to_string(i), "content");
  driver_->create_snapshot("s-1", "n-1");
  const auto content = tree(share("s-1"));
  kill_often(&change_and_revert, 4, 15, [&](const Killed&) {
    auto found = tree(share("s-1"));
    found.erase("new");
    EXPECT_EQ(found, content);
    EXPECT_EQ(tree(snapshot("n-1")), content);
    EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>{"s-1"});
  });
}

}  // namespace
}  // namespace hookwire::testing

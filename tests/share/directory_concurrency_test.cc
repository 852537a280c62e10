#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "share/directory_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectoryConcurrency : public DirectoryTest {
 protected:
  // Runs `work(0..count-1)`, each on its own thread.
  static void run(int count, const std::function<void(int)>& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  }
};

TEST_F(DirectoryConcurrency, CallsOnDifferentSharesDoNotDisturbEachOther) {
  run(8, [&](int i) {
    const std::string id = "s-" + std::to_string(i);
    for (int round = 0; round < 5; ++round) {
      create(id, 2);
      write_file(share(id) / "file", id);
      driver_->allow_access(id, ip_rule("10.0.0.4"));
      driver_->extend_share(id, 3);
      driver_->shrink_share(id, 1);
      driver_->create_snapshot(id, id);
      static_cast<void>(driver_->get_periodic_hook_data(driver_->share_instances()));
      EXPECT_EQ(read_file(snapshot(id) / "file"), id);
      driver_->delete_snapshot(id);
      if (round < 4) driver_->delete_share_instance(id);
    }
  });
  EXPECT_EQ(driver_->share_instances().size(), 8U);
  const Value before = to_value(driver_->share_instances());
  restart();
  EXPECT_EQ(to_value(driver_->share_instances()), before);
  EXPECT_FALSE(log_.contains("interrupted"));
}

TEST_F(DirectoryConcurrency, OfManyThatMakeTheSameOneDoes) {
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  run(8, [&](int) {
    try {
      create("s-1");
      ++made;
    } catch (const ShareExists&) {
      ++refused;
    }
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
}

TEST_F(DirectoryConcurrency, OthersGoOnWhileASnapshotIsMade) {
  create("s-1");
  create("s-2");
  for (int i = 0; i < 1500; ++i) write_file(share("s-1") / std::to_string(i), "content");
  std::jthread copying([&] { driver_->create_snapshot("s-1", "snap-1"); });
  ASSERT_TRUE(eventually([&] { return !fs::is_empty(root() / "snapshots"); }));

  try {
    driver_->delete_share_instance("s-1");
    ADD_FAILURE() << "the share was deleted while it was copied";
  } catch (const ShareInUse& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("is being made of it"));
  }
  EXPECT_THROW(driver_->create_snapshot("s-2", "snap-1"), SnapshotExists);
  driver_->init_host();  // leaves alone what this process is making
  driver_->extend_share("s-2", 2);

  copying.join();
  EXPECT_EQ(tree(snapshot("snap-1")).size(), 1500U);
}

TEST_F(DirectoryConcurrency, NobodyTouchesAShareWhileItIsReverted) {
  create("s-1", 2);
  for (int i = 0; i < 1500; ++i) write_file(share("s-1") / std::to_string(i), "content");
  driver_->create_snapshot("s-1", "n-1");
  std::jthread reverting([&] { driver_->revert_to_snapshot("s-1", "n-1"); });
  ASSERT_TRUE(eventually([&] { return names_in(root() / "shares").size() > 1; }));

  const auto expect_in_use = [](auto&& call, auto error) {
    try {
      call();
      ADD_FAILURE() << "it was done in the middle of the revert";
    } catch (const decltype(error)& raised) {
      EXPECT_THAT(raised.what(), ::testing::HasSubstr("is being reverted"));
    }
  };
  const ShareInUse share_error("", "");
  const SnapshotInUse snapshot_error("", "");
  expect_in_use([&] { driver_->delete_share_instance("s-1"); }, share_error);
  expect_in_use([&] { driver_->unmanage_share("s-1"); }, share_error);
  expect_in_use([&] { driver_->create_snapshot("s-1", "n-2"); }, share_error);
  expect_in_use([&] { driver_->revert_to_snapshot("s-1", "n-1"); }, share_error);
  expect_in_use([&] { driver_->shrink_share("s-1", 1); }, share_error);
  expect_in_use([&] { driver_->delete_snapshot("n-1"); }, snapshot_error);
  expect_in_use([&] { driver_->unmanage_snapshot("n-1"); }, snapshot_error);
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));  // who may reach it is another matter

  reverting.join();
  EXPECT_EQ(tree(share("s-1")).size(), 1500U);
  driver_->delete_snapshot("n-1");
}

TEST_F(DirectoryConcurrency, AReplicaOfAShareThatOthersChangeIsNeverTakenForInSync) {
  create("s-1");
  driver_->create_share_replica("s-1", "r-1");
  const auto is_behind = [&] {
    return read_file(root() / "replicas" / "r-1" / "content" / "file") !=
           read_file(share("s-1") / "file");
  };
  std::size_t behind = 0;
  for (int round = 0; round < 20 || (behind == 0 && round < 2000); ++round) {
    std::atomic<bool> updated = false;
    std::jthread changing([&] {
      for (int i = 0; !updated; ++i) write_file(share("s-1") / "file", std::to_string(i));
    });
    const Replica replica = driver_->update_share_replica("r-1");
    updated = true;
    changing.join();
    if (!is_behind()) continue;
    ++behind;
    EXPECT_THROW(driver_->promote_share_replica("r-1"), ReplicaNotInSync);
  }
  EXPECT_GT(behind, 0U);
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_FALSE(is_behind());
}

TEST_F(DirectoryConcurrency, NobodyTouchesAReplicaWhileItIsMadeOrUpdated) {
  create("s-1");
  for (int i = 0; i < 1500; ++i) write_file(share("s-1") / std::to_string(i), "content");
  std::jthread making([&] { driver_->create_share_replica("s-1", "r-1"); });
  ASSERT_TRUE(eventually([&] { return !fs::is_empty(root() / "replicas"); }));
  EXPECT_THROW(driver_->create_share_replica("s-1", "r-1"), ReplicaExists);
  EXPECT_THROW(driver_->delete_share_instance("s-1"), ShareInUse);
  making.join();

  write_file(share("s-1") / "new", "new");
  std::jthread updating([&] { driver_->update_share_replica("r-1"); });
  ASSERT_TRUE(eventually([&] { return names_in(root() / "replicas" / "r-1").size() > 2; }));
  EXPECT_THROW(driver_->delete_share_replica("r-1"), ReplicaInUse);
  EXPECT_THROW(driver_->promote_share_replica("r-1"), ShareError);
  EXPECT_THROW(driver_->create_replicated_snapshot("s-1", "n-1"), ReplicaInUse);
  updating.join();
  driver_->delete_share_replica("r-1");
}

TEST_F(DirectoryConcurrency, NobodyCancelsInTheMiddleOfAStep) {
  driver_->create_share_instance("s-1", 1, "NFS", "v-1", {});
  for (int i = 0; i < 1500; ++i) write_file(server("v-1") / "s-1" / std::to_string(i), "content");
  fs::create_directory(folder_.path() / "silver");
  driver_->share_server_migration_start("v-1", folder_.path() / "silver");
  std::jthread copying([&] { driver_->share_server_migration_continue("v-1"); });
  ASSERT_TRUE(eventually([&] { return !fs::is_empty(folder_.path() / "silver" / "v-1"); }));
  EXPECT_THROW(driver_->share_server_migration_cancel("v-1"), ShareServerInUse);
  EXPECT_THROW(driver_->share_server_migration_continue("v-1"), ShareServerInUse);
  copying.join();
  driver_->share_server_migration_cancel("v-1");
  EXPECT_TRUE(fs::is_empty(folder_.path() / "silver"));
}

TEST_F(DirectoryConcurrency, ASnapshotOfAShareThatOthersChangeIsMade) {
  create("s-1");
  std::jthread changing([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); i = (i + 1) % 50) {
      const fs::path folder = share("s-1") / std::to_string(i);
      fs::create_directories(folder / "inner");
      write_file(folder / "inner" / "file", "content");
      fs::remove_all(share("s-1") / std::to_string((i + 25) % 50));
    }
  });
  for (int i = 0; i < 10; ++i) driver_->create_snapshot("s-1", "snap-" + std::to_string(i));
  static_cast<void>(driver_->get_periodic_hook_data(driver_->share_instances()));
}

}  // namespace
}  // namespace hookwire::testing

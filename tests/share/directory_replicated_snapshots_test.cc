#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class ReplicatedSnapshots : public DirectoryTest {
 protected:
  ReplicatedSnapshots() {
    create("s-1");
    write_file(share("s-1") / "file", "first");
    driver_->create_share_replica("s-1", "r-1");
    driver_->create_share_replica("s-1", "r-2");
  }

  fs::path copy(const std::string& replica_id, const std::string& snapshot_id) const {
    return root() / "replicas" / replica_id / "snapshots" / snapshot_id;
  }
};

TEST_F(ReplicatedSnapshots, EveryReplicaGetsACopy) {
  const auto copies = driver_->create_replicated_snapshot("s-1", "n-1");
  write_file(share("s-1") / "file", "second");

  ASSERT_EQ(copies.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string id = "r-" + std::to_string(i + 1);
    EXPECT_EQ(copies[i].replica_id, id);
    EXPECT_EQ(copies[i].snapshot_id, "n-1");
    EXPECT_EQ(copies[i].status, "available");
    EXPECT_EQ(copies[i].provider_location, copy(id, "n-1").string());
    EXPECT_EQ(read_file(copy(id, "n-1") / "file"), "first");
  }
  EXPECT_EQ(read_file(snapshot("n-1") / "file"), "first");
  const auto before = tree(root());
  restart();
  EXPECT_EQ(tree(root()), before);
  EXPECT_FALSE(log_.contains("left alone"));
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(read_file(share("s-1") / "file"), "first");
}

TEST_F(ReplicatedSnapshots, AReplicaThatCameLaterGetsItsCopyByAnUpdate) {
  driver_->create_replicated_snapshot("s-1", "n-1");
  driver_->create_share_replica("s-1", "r-3");
  EXPECT_FALSE(fs::exists(copy("r-3", "n-1")));

  EXPECT_EQ(driver_->update_replicated_snapshot("r-3", "n-1").status, "available");
  EXPECT_EQ(read_file(copy("r-3", "n-1") / "file"), "first");

  const ino_t inode = inode_of(copy("r-3", "n-1"));
  driver_->update_replicated_snapshot("r-3", "n-1");
  EXPECT_EQ(inode_of(copy("r-3", "n-1")), inode) << "it is there already";
  fs::remove_all(copy("r-3", "n-1"));
  driver_->update_replicated_snapshot("r-3", "n-1");
  EXPECT_EQ(read_file(copy("r-3", "n-1") / "file"), "first");
}

TEST_F(ReplicatedSnapshots, ADeletedOneIsGoneEverywhere) {
  driver_->create_replicated_snapshot("s-1", "n-1");
  driver_->delete_replicated_snapshot("n-1");
  EXPECT_TRUE(fs::is_empty(root() / "snapshots"));
  for (const char* id : {"r-1", "r-2"}) {
    EXPECT_TRUE(fs::is_empty(root() / "replicas" / id / "snapshots"));
  }
  expect_refused<SnapshotNotFound>([&] { driver_->delete_replicated_snapshot("n-1"); }, "'n-1'");
  driver_->create_replicated_snapshot("s-1", "n-1");
}

TEST_F(ReplicatedSnapshots, TheCopiesGoWithTheirReplica) {
  driver_->create_replicated_snapshot("s-1", "n-1");
  driver_->delete_share_replica("r-1");
  driver_->delete_share_replica("r-2");
  EXPECT_TRUE(fs::is_empty(root() / "replicas"));
  EXPECT_EQ(read_file(snapshot("n-1") / "file"), "first");
  driver_->delete_replicated_snapshot("n-1");
  driver_->delete_share_instance("s-1");
}

TEST_F(ReplicatedSnapshots, WhatIsNotReplicatedIsRefused) {
  create("s-2");
  driver_->create_snapshot("s-1", "plain");
  driver_->create_replicated_snapshot("s-1", "n-1");
  expect_refused<InvalidShareInput>([&] { driver_->create_replicated_snapshot("s-2", "n-2"); },
                                    "'s-2' has none: use create_snapshot");
  expect_refused<ShareNotFound>([&] { driver_->create_replicated_snapshot("s-9", "n-2"); },
                                "'s-9'");
  expect_refused<SnapshotExists>([&] { driver_->create_replicated_snapshot("s-1", "n-1"); },
                                 "'n-1'");
  expect_refused<InvalidShareInput>([&] { driver_->delete_replicated_snapshot("plain"); },
                                    "use delete_snapshot");
  expect_refused<InvalidShareInput>([&] { driver_->delete_snapshot("n-1"); },
                                    "use delete_replicated_snapshot");
  expect_refused<InvalidShareInput>([&] { driver_->unmanage_snapshot("n-1"); }, "is replicated");
  expect_refused<InvalidShareInput>([&] { driver_->update_replicated_snapshot("r-1", "plain"); },
                                    "'plain' is none");
  expect_refused<SnapshotNotFound>([&] { driver_->update_replicated_snapshot("r-1", "n-9"); },
                                   "'n-9'");
  expect_refused<ReplicaNotFound>([&] { driver_->update_replicated_snapshot("r-9", "n-1"); },
                                  "'r-9'");
  expect_refused<InvalidShareInput>([&] { driver_->update_replicated_snapshot("r-1", "."); },
                                    "'snapshot_id'");
}

TEST_F(ReplicatedSnapshots, NothingIsChangedWhenOneCopyCannotBeMade) {
  write_file(copy("r-2", "n-1"), "in the way");
  expect_refused<ShareBackendException>([&] { driver_->create_replicated_snapshot("s-1", "n-1"); },
                                        "move it away");
  fs::remove(copy("r-2", "n-1"));
  fs::rename(root() / "replicas" / "r-2", root() / "elsewhere");
  expect_refused<ShareBackendException>([&] { driver_->create_replicated_snapshot("s-1", "n-1"); },
                                        "r-2");
  fs::rename(root() / "elsewhere", root() / "replicas" / "r-2");
  fs::create_directory(root() / "state.json.new");
  expect_refused<ShareBackendException>([&] { driver_->create_replicated_snapshot("s-1", "n-1"); },
                                        "state.json.new");
  fs::remove(root() / "state.json.new");
  driver_->create_replicated_snapshot("s-1", "n-1");
  fs::create_directory(root() / "state.json.new");
  expect_refused<ShareBackendException>([&] { driver_->delete_replicated_snapshot("n-1"); },
                                        "state.json.new");
}

}  // namespace
}  // namespace hookwire::testing

#include <chrono>

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectoryReplicas : public DirectoryTest {
 protected:
  DirectoryReplicas() {
    create("s-1");
    write_file(share("s-1") / "file", "first");
    fs::create_directory(share("s-1") / "folder");
  }

  // A folder that was made for it, or an empty path where all is one file system.
  static fs::path on_another_file_system(const fs::path& path) {
    for (const char* folder : {"/dev/shm", "/tmp", "/var/tmp"}) {
      if (device_of(folder) == device_of(path)) continue;
      std::string pattern = std::string(folder) + "/hookwire-XXXXXX";
      if (::mkdtemp(pattern.data()) != nullptr) return pattern;
    }
    return {};
  }
  static dev_t device_of(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_dev : 0;
  }

  fs::path content(const std::string& id) const { return root() / "replicas" / id / "content"; }
};

TEST_F(DirectoryReplicas, AReplicaIsACopyInSync) {
  const Replica made = driver_->create_share_replica("s-1", "r-1");
  EXPECT_EQ(made.replica_id, "r-1");
  EXPECT_EQ(made.share_id, "s-1");
  EXPECT_EQ(made.replica_state, "in_sync");
  EXPECT_EQ(made.provider_location, content("r-1").string());
  EXPECT_EQ(tree(content("r-1")), tree(share("s-1")));
  const auto before = tree(root());
  restart();
  EXPECT_EQ(tree(root()), before);
  EXPECT_FALSE(log_.contains("left alone"));
}

TEST_F(DirectoryReplicas, AnUpdateBringsWhatChanged) {
  driver_->create_share_replica("s-1", "r-1");
  write_file(share("s-1") / "file", "second");
  fs::remove(share("s-1") / "folder");
  EXPECT_EQ(read_file(content("r-1") / "file"), "first");

  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");

  EXPECT_EQ(tree(content("r-1")), tree(share("s-1")));
  EXPECT_EQ(names_in(root() / "replicas" / "r-1"), (std::set<std::string>{"content", "snapshots"}));
}

TEST_F(DirectoryReplicas, AnUpdateThatBringsNothingCopiesNothing) {
  driver_->create_share_replica("s-1", "r-1");
  const ino_t inode = inode_of(content("r-1"));
  restart();
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_EQ(inode_of(content("r-1")), inode);
  fs::remove_all(content("r-1"));  // unless the copy was lost
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_EQ(tree(content("r-1")), tree(share("s-1")));
}

TEST_F(DirectoryReplicas, APromotedReplicaAndItsShareExchangeTheirContents) {
  driver_->create_share_replica("s-1", "r-1");
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  const ino_t of_share = inode_of(share("s-1"));
  const ino_t of_replica = inode_of(content("r-1"));

  const Replica promoted = driver_->promote_share_replica("r-1");

  EXPECT_EQ(promoted.replica_id, "r-1");
  EXPECT_EQ(promoted.share_id, "s-1");
  EXPECT_EQ(promoted.replica_state, "in_sync");
  EXPECT_EQ(inode_of(share("s-1")), of_replica);
  EXPECT_EQ(inode_of(content("r-1")), of_share);
  EXPECT_EQ(instance("s-1").access_rules.size(), 1U);
  restart();
  write_file(share("s-1") / "file", "second");
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_EQ(read_file(content("r-1") / "file"), "second");
  EXPECT_EQ(driver_->promote_share_replica("r-1").share_id, "s-1");
}

// As a mount does that was there before: it goes on with the folder that it has open.
TEST_F(DirectoryReplicas, WhatIsWrittenToTheOldContentAfterAPromotionIsNotOverwritten) {
  driver_->create_share_replica("s-1", "r-1");
  driver_->promote_share_replica("r-1");
  write_file(content("r-1") / "late", "written to what was the share");
  write_file(share("s-1") / "file", "second");
  for (int i = 0; i < 2; ++i) {
    expect_refused<ReplicaNotInSync>([&] { driver_->update_share_replica("r-1"); },
                                     "was written to after it was the content of share 's-1'");
    restart();
  }
  driver_->delete_share_replica("r-1");
  EXPECT_TRUE(fs::is_empty(root() / "replicas"));
}

TEST_F(DirectoryReplicas, WhatIsWrittenToTheOldContentComesBackWithASecondPromotion) {
  driver_->create_share_replica("s-1", "r-1");
  driver_->promote_share_replica("r-1");
  write_file(content("r-1") / "late", "written to what was the share");
  EXPECT_EQ(driver_->promote_share_replica("r-1").replica_state, "out_of_sync");
  EXPECT_EQ(read_file(share("s-1") / "late"), "written to what was the share");
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_EQ(tree(content("r-1")), tree(share("s-1")));
}

TEST_F(DirectoryReplicas, AReplicaThatIsBehindIsNotPromoted) {
  driver_->create_share_replica("s-1", "r-1");
  write_file(share("s-1") / "file", "second");
  expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); },
                                   "'s-1' was changed since: update it first");
  restart();
  expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); }, "'r-1'");
}

TEST_F(DirectoryReplicas, WhatARevertMadeOfAShareIsNotInSync) {
  driver_->create_snapshot("s-1", "n-1");
  driver_->create_share_replica("s-1", "r-1");
  driver_->revert_to_snapshot("s-1", "n-1");
  expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); }, "'r-1'");
}

TEST_F(DirectoryReplicas, AReplicaStandsInForAShareThatIsLost) {
  driver_->create_share_replica("s-1", "r-1");
  write_file(share("s-1") / "file", "second");
  fs::rename(share("s-1"), root() / "damaged");
  expect_refused<ShareBackendException>([&] { driver_->update_share_replica("r-1"); }, "s-1");

  driver_->promote_share_replica("r-1");

  EXPECT_EQ(read_file(share("s-1") / "file"), "first");
  EXPECT_FALSE(fs::exists(content("r-1")));
  expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); }, "no content");
  restart();
  EXPECT_FALSE(log_.contains("is gone"));
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_EQ(tree(content("r-1")), tree(share("s-1")));
}

// The share is not lost: it waits under a working name to be put back.
TEST_F(DirectoryReplicas, NothingStandsInForAShareThatIsToBePutBack) {
  driver_->create_share_replica("s-1", "r-1");
  write_file(share("s-1") / "file", "second");
  driver_.reset();
  fs::rename(share("s-1"), root() / "shares" / ".work.7.s-1");
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  expect_refused<ShareBackendException>([&] { driver_->promote_share_replica("r-1"); },
                                        "is to be put back first");
  driver_->init_host();
  EXPECT_EQ(read_file(share("s-1") / "file"), "second");
}

TEST_F(DirectoryReplicas, WhatStateDoesNotKnowInPlaceOfItsContentIsNotOverwritten) {
  driver_->create_share_replica("s-1", "r-1");
  fs::rename(share("s-1"), root() / "damaged");
  driver_->promote_share_replica("r-1");
  fs::create_directory(content("r-1"));
  write_file(content("r-1") / "file", "an operator's");
  for (int i = 0; i < 2; ++i) {
    expect_refused<ShareBackendException>([&] { driver_->update_share_replica("r-1"); },
                                          "state.json does not know it: move it away");
    expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); }, "no content");
    restart();
    EXPECT_TRUE(log_.contains("left alone"));
  }
  fs::remove_all(content("r-1"));
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
}

TEST_F(DirectoryReplicas, APromotionKeepsTheTimesOfTheFolders) {
  const auto old = fs::last_write_time(share("s-1")) - std::chrono::hours(1);
  fs::last_write_time(share("s-1"), old);
  driver_->create_share_replica("s-1", "r-1");
  driver_->promote_share_replica("r-1");
  EXPECT_EQ(fs::last_write_time(share("s-1")), old);
  EXPECT_EQ(fs::last_write_time(content("r-1")), old);
}

TEST_F(DirectoryReplicas, AShareOnAnotherFileSystemGetsNone) {
  const auto other = on_another_file_system(folder_.path());
  ASSERT_FALSE(other.empty()) << "there is only one file system here";
  driver_->create_share_instance("s-2", 1, "NFS", "v-1", {});
  driver_->share_server_migration_start("v-1", other);
  while (!driver_->share_server_migration_continue("v-1")) {
  }
  driver_->share_server_migration_complete("v-1");
  expect_refused<ShareBackendException>([&] { driver_->create_share_replica("s-2", "r-2"); },
                                        "lies on another file system than");
  fs::remove_all(other);
}

TEST_F(DirectoryReplicas, AReplicaOfAShareOnAServerIsPromotedToo) {
  driver_->create_share_instance("s-2", 1, "NFS", "v-1", {});
  write_file(server("v-1") / "s-2" / "file", "content");
  driver_->create_share_replica("s-2", "r-2");
  const ino_t inode = inode_of(content("r-2"));
  driver_->promote_share_replica("r-2");
  EXPECT_EQ(inode_of(server("v-1") / "s-2"), inode);
}

TEST_F(DirectoryReplicas, ALinkAsTheRootIsFollowed) {
  fs::create_directory(folder_.path() / "disk");
  driver_.reset();
  fs::rename(root(), folder_.path() / "disk" / "gold");
  fs::create_directory_symlink(folder_.path() / "disk" / "gold", root());
  start();
  driver_->create_share_replica("s-1", "r-1");
  fs::rename(share("s-1"), root() / "damaged");
  driver_->promote_share_replica("r-1");
  EXPECT_EQ(read_file(share("s-1") / "file"), "first");
  driver_->manage_share("s-2", 1, "NFS", root() / "damaged", {}, {});
  EXPECT_EQ(read_file(share("s-2") / "file"), "first");
}

TEST_F(DirectoryReplicas, ADeletedReplicaIsGoneAndItsIdFree) {
  driver_->create_share_replica("s-1", "r-1");
  driver_->delete_share_replica("r-1");
  EXPECT_TRUE(fs::is_empty(root() / "replicas"));
  expect_refused<ReplicaNotFound>([&] { driver_->delete_share_replica("r-1"); }, "'r-1'");
  driver_->create_share_replica("s-1", "r-1");
}

TEST_F(DirectoryReplicas, AShareWithReplicasStays) {
  driver_->create_share_replica("s-1", "r-1");
  expect_refused<ShareInUse>([&] { driver_->delete_share_instance("s-1"); }, "replica 'r-1'");
  expect_refused<ShareInUse>([&] { driver_->unmanage_share("s-1"); }, "replica 'r-1'");
  expect_refused<ManageInvalidShare>(
      [&] { driver_->manage_share("s-2", 1, "NFS", content("r-1"), {}, {}); },
      "is, or lies in, replica 'r-1'");
  expect_refused<ManageInvalidShare>(
      [&] { driver_->manage_share("s-2", 1, "NFS", "replicas", {}, {}); }, "holds replica 'r-1'");
}

TEST_F(DirectoryReplicas, WhatIsNotKnownIsRefused) {
  driver_->create_share_replica("s-1", "r-1");
  expect_refused<ReplicaExists>([&] { driver_->create_share_replica("s-1", "r-1"); }, "'r-1'");
  expect_refused<ShareNotFound>([&] { driver_->create_share_replica("s-9", "r-2"); }, "'s-9'");
  expect_refused<ReplicaNotFound>([&] { driver_->update_share_replica("r-9"); }, "'r-9'");
  expect_refused<ReplicaNotFound>([&] { driver_->promote_share_replica("r-9"); }, "'r-9'");
  expect_refused<InvalidShareInput>([&] { driver_->create_share_replica("s-1", "../r"); },
                                    "'replica_id'");
  expect_refused<InvalidShareInput>([&] { driver_->delete_share_replica(""); }, "'replica_id'");
}

TEST_F(DirectoryReplicas, AHalfMadeCopyNeverLooksWhole) {
  driver_->create_share_replica("s-1", "r-1");
  const auto before = tree(root());
  driver_.reset();
  for (const char* half : {"replicas/.part.7.r-2/content", "replicas/r-1/.part.7.content"}) {
    fs::create_directories(root() / half);
    write_file(root() / half / "file", "half");
  }
  start();
  EXPECT_EQ(tree(root()), before);

  driver_.reset();
  fs::create_directories(root() / "replicas" / "r-1" / ".part.9.content");
  fs::remove_all(content("r-1"));  // lost, while it was being updated
  start();
  EXPECT_FALSE(fs::exists(content("r-1")));
  expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); }, "no content");
}

TEST_F(DirectoryReplicas, NothingIsChangedWhenTheStateCannotBeWritten) {
  driver_->create_share_replica("s-1", "r-1");
  driver_->create_share_replica("s-1", "r-2");
  write_file(share("s-1") / "file", "second");
  driver_->update_share_replica("r-2");
  fs::create_directory(root() / "state.json.new");
  const auto expect_fault = [&](auto&& call) {
    expect_refused<ShareBackendException>(call, "state.json.new");
  };
  expect_fault([&] { driver_->create_share_replica("s-1", "r-3"); });
  expect_fault([&] { driver_->update_share_replica("r-1"); });
  expect_fault([&] { driver_->promote_share_replica("r-2"); });
  expect_fault([&] { driver_->delete_share_replica("r-1"); });
  fs::remove(root() / "state.json.new");
  driver_->create_share_replica("s-1", "r-3");
  driver_->update_share_replica("r-1");
  driver_->promote_share_replica("r-1");
}

}  // namespace
}  // namespace hookwire::testing

#include <sys/stat.h>

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class DirectoryManage : public DirectoryTest {
 protected:
  DirectoryManage() { make_folder("import"); }

  // Makes a folder below the root with a file in it.
  void make_folder(const fs::path& name) {
    fs::create_directories(root() / name);
    write_file(root() / name / "file", "content");
  }
  std::vector<std::string> manage(const std::string& id, const std::string& path,
                                  std::uint64_t size_gb = 1) {
    return driver_->manage_share(id, size_gb, "NFS", path, std::nullopt, {});
  }
  void expect_not_managed(const std::string& path, const std::string& part) {
    SCOPED_TRACE(path);
    expect_refused<ManageInvalidShare>([&] { manage("s-9", path); }, part);
    create("z");
    expect_refused<ManageInvalidShareSnapshot>(
        [&] { driver_->manage_snapshot("z", "n-9", path, {}); }, part);
    driver_->delete_share_instance("z");
  }
};

TEST_F(DirectoryManage, AFolderBelowTheRootBecomesAShare) {
  const ino_t inode = inode_of(root() / "import");
  EXPECT_THAT(manage("s-1", "import", 3), ElementsAre("nas01:" + share("s-1").string()));

  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
  EXPECT_EQ(inode_of(share("s-1")), inode) << "it is renamed, not copied";
  EXPECT_FALSE(fs::exists(root() / "import"));
  EXPECT_EQ(instance("s-1").size_gb, 3U);
  EXPECT_EQ(instance("s-1").share_proto, "NFS");

  const auto before = tree(root());
  restart();
  EXPECT_EQ(tree(root()), before);
  EXPECT_FALSE(log_.contains("interrupted"));
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  EXPECT_THAT(exports(), HasSubstr(share("s-1").string() + " 10.0.0.4("));
}

TEST_F(DirectoryManage, ThePathMayBeAbsoluteAndDeep) {
  make_folder("old/data");
  manage("s-1", (root() / "old" / "data").string() + "/");
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
  EXPECT_TRUE(fs::is_empty(root() / "old"));
  manage("s-2", "./old//.");
  EXPECT_TRUE(fs::is_empty(share("s-2")));
}

TEST_F(DirectoryManage, TheRootMayBeNamedWithoutItsLinks) {
  fs::create_directory_symlink(folder_.path(), folder_.path() / "link");
  driver_ = nullptr;
  driver_ = make_directory_driver({.root = folder_.path() / "link" / "gold"}, log_);
  manage("s-1", (fs::canonical(root()) / "import").string());
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
}

TEST_F(DirectoryManage, AnUnmanagedShareStaysOnDiskAndCanComeBack) {
  create("s-1", 2);
  write_file(share("s-1") / "file", "content");
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));

  driver_->unmanage_share("s-1");

  EXPECT_TRUE(driver_->share_instances().empty());
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
  EXPECT_THAT(exports(), Not(HasSubstr("10.0.0.4")));
  expect_refused<ShareNotFound>([&] { driver_->unmanage_share("s-1"); }, "'s-1'");
  expect_refused<ShareBackendException>([&] { create("s-1"); }, "move it away");
  restart();
  EXPECT_TRUE(log_.contains(share("s-1").string() + " is not known to state.json: left alone"));

  manage("s-1", "shares/s-1");
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
  driver_->unmanage_share("s-1");
  manage("s-2", "shares/s-1");
  EXPECT_EQ(read_file(share("s-2") / "file"), "content");
  EXPECT_FALSE(fs::exists(share("s-1")));
}

TEST_F(DirectoryManage, AnUnmanagedSnapshotStaysOnDiskAndCanComeBack) {
  create("s-1");
  write_file(share("s-1") / "file", "content");
  driver_->create_snapshot("s-1", "n-1");

  expect_refused<ShareInUse>([&] { driver_->unmanage_share("s-1"); }, "snapshot 'n-1' is of it");
  driver_->unmanage_snapshot("n-1");
  EXPECT_EQ(read_file(snapshot("n-1") / "file"), "content");
  expect_refused<SnapshotNotFound>([&] { driver_->unmanage_snapshot("n-1"); }, "'n-1'");

  const Snapshot managed = driver_->manage_snapshot("s-1", "n-1", snapshot("n-1"), {});
  EXPECT_EQ(managed.snapshot_id, "n-1");
  EXPECT_EQ(managed.share_id, "s-1");
  EXPECT_GE(managed.size_bytes, 7U);
  EXPECT_EQ(managed.provider_location, snapshot("n-1").string());
  driver_->delete_snapshot("n-1");
  EXPECT_FALSE(fs::exists(snapshot("n-1")));
}

TEST_F(DirectoryManage, AFolderBecomesASnapshotThatTheShareCanBeRevertedTo) {
  create("s-1");
  driver_->manage_snapshot("s-1", "n-1", "import", {});
  EXPECT_FALSE(fs::exists(root() / "import"));
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
}

TEST_F(DirectoryManage, OnlyAFolderBelowTheRootIsTaken) {
  write_file(root() / "plain", "content");
  fs::create_directory(folder_.path() / "outside");
  expect_not_managed("missing", "missing does not exist");
  expect_not_managed("plain", "plain is no folder");
  expect_not_managed("import/../import", "has a '..'");
  expect_not_managed("..", "has a '..'");
  expect_not_managed((folder_.path() / "outside").string(), "is not below");
  expect_not_managed(root().string(), "is the driver's root");
  expect_not_managed(".", "is the driver's root");
}

TEST_F(DirectoryManage, NoLinkIsFollowed) {
  fs::create_directory(folder_.path() / "outside");
  make_folder("real/inner");
  fs::create_directory_symlink(folder_.path() / "outside", root() / "out");
  fs::create_directory_symlink(root() / "real", root() / "alias");
  expect_not_managed("out", "out is a symbolic link");
  expect_not_managed("alias", "alias is a symbolic link");
  expect_not_managed("alias/inner", "alias is a symbolic link");
}

TEST_F(DirectoryManage, WhatAnotherHoldsIsNotTaken) {
  create("s-1");
  make_folder("shares/s-1/inner/deep");
  driver_->create_snapshot("s-1", "n-1");
  expect_not_managed("shares/s-1", "shares/s-1 is, or lies in, share 's-1'");
  expect_not_managed("shares/s-1/inner/deep", "is, or lies in, share 's-1'");
  expect_not_managed("snapshots/n-1/inner", "is, or lies in, snapshot 'n-1'");
  expect_not_managed("shares", "holds share 's-1'");
  expect_not_managed("snapshots", "holds snapshot 'n-1'");
}

TEST_F(DirectoryManage, TheDriversOwnFoldersAreNotTaken) {
  expect_not_managed("snapshots", "is the driver's own folder");
  make_folder("shares/.part.7.s-7/inner");
  expect_refused<ManageInvalidShare>([&] { manage("s-9", "shares/.part.7.s-7"); },
                                     "own working folder");
  expect_refused<ManageInvalidShare>([&] { manage("s-9", "shares/.part.7.s-7/inner"); },
                                     "own working folder");
}

TEST_F(DirectoryManage, AFolderThatOnlyHasANameAsTheDriversOwnIsTaken) {
  make_folder("elsewhere/.part.7.s-7/inner");
  manage("s-1", "elsewhere/.part.7.s-7");
  EXPECT_EQ(read_file(share("s-1") / "inner" / "file"), "content");
  make_folder("shares/.work.notes");
  manage("s-2", "shares/.work.notes");
  EXPECT_EQ(read_file(share("s-2") / "file"), "content");
}

TEST_F(DirectoryManage, SizesAndIdsAreCheckedAsInCreate) {
  create("s-1");
  driver_->create_snapshot("s-1", "n-1");
  expect_refused<ShareExists>([&] { manage("s-1", "import"); }, "'s-1'");
  expect_refused<InvalidShareInput>([&] { manage("s-2", "import", 0); }, "'size_gb'");
  expect_refused<InvalidShareInput>([&] { manage("s-2", "import", 1'048'577); }, "'size_gb'");
  expect_refused<InvalidShareInput>([&] { manage("../s", "import"); }, "'share_id'");
  expect_refused<InvalidShareInput>([&] { manage("s-2", ""); }, "'export_path'");
  expect_refused<InvalidShareInput>([&] { manage("s-2", std::string(4096, 'x')); }, "4096 bytes");
  expect_refused<InvalidShareInput>([&] { manage("s-2", "a\nb"); }, "found 'a?b'");
  expect_refused<InvalidShareInput>(
      [&] { driver_->manage_share("s-2", 1, "FTP", "import", std::nullopt, {}); }, "'share_proto'");
  expect_refused<InvalidShareInput>(
      [&] {
        driver_->manage_share("s-2", 1, "NFS", "import", std::nullopt, {{"mode", "0700"}});
      },
      "'driver_options'");
  expect_refused<SnapshotExists>([&] { driver_->manage_snapshot("s-1", "n-1", "import", {}); },
                                 "'n-1'");
  expect_refused<ShareNotFound>([&] { driver_->manage_snapshot("s-9", "n-2", "import", {}); },
                                "'s-9'");
  expect_refused<InvalidShareInput>([&] { driver_->manage_snapshot("s-1", "n-2", "", {}); },
                                    "'provider_location'");
  expect_refused<InvalidShareInput>(
      [&] {
        driver_->manage_snapshot("s-1", "n-2", "import", {{"a", "b"}});
      },
      "'driver_options'");
}

TEST_F(DirectoryManage, AFolderThatHoldsMoreThanTheSizeIsNotTaken) {
  allocate_more_than_a_gb(root() / "import" / "large");
  EXPECT_THAT([&] { manage("s-1", "import"); },
              ::testing::ThrowsMessage<ManageInvalidShare>(HasSubstr("of 1 GB")));
  EXPECT_TRUE(fs::exists(root() / "import" / "large"));
  EXPECT_TRUE(driver_->share_instances().empty());
  manage("s-1", "import", 2);
  EXPECT_THROW(driver_->shrink_share("s-1", 1), ShareShrinkingPossibleDataLoss);
}

TEST_F(DirectoryManage, WhatIsThereUnderTheNewIdIsNotOverwritten) {
  make_folder("shares/s-1");
  expect_refused<ShareBackendException>([&] { manage("s-1", "import"); }, "move it away");
}

}  // namespace
}  // namespace hookwire::testing

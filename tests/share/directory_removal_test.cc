#include "directory_removal.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "hookwire/testing/temp_folder.h"

#include "share/files.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectoryRemoval : public ::testing::Test {
 protected:
  DirectoryRemoval() { fs::create_directory(doomed_); }

  TempFolder folder_;
  const fs::path doomed_ = folder_.path() / "doomed";
};

TEST_F(DirectoryRemoval, EverythingBelowIsGone) {
  fs::create_directories(doomed_ / "a" / "b");
  write_file(doomed_ / "a" / "b" / "file", "content");
  ASSERT_EQ(::mkfifo((doomed_ / "pipe").c_str(), 0600), 0);
  remove_tree(doomed_);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(DirectoryRemoval, NothingToRemoveIsNoError) {
  remove_tree(folder_.path() / "none");
  EXPECT_TRUE(fs::exists(doomed_));
}

TEST_F(DirectoryRemoval, LinksAreNotFollowed) {
  const TempFolder outside;
  write_file(outside.path() / "file", "kept");
  fs::create_directory_symlink(outside.path(), doomed_ / "link");
  remove_tree(doomed_);
  EXPECT_EQ(read_file(outside.path() / "file"), "kept");
}

TEST_F(DirectoryRemoval, FoldersThatDenyAccessAreOpenedUp) {
  fs::create_directories(doomed_ / "closed" / "inner");
  write_file(doomed_ / "closed" / "inner" / "file", "content");
  fs::permissions(doomed_ / "closed" / "inner", fs::perms(0500));
  fs::permissions(doomed_ / "closed", fs::perms::none);
  fs::permissions(doomed_, fs::perms(0500));
  remove_tree(doomed_);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(DirectoryRemoval, NoTreeIsTooDeep) {
  fs::path deep = doomed_;
  for (int i = 0; i < 300; ++i) {
    fs::create_directory(deep /= "d");
    write_file(deep / "file", "content");
  }
  remove_tree(doomed_);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

}  // namespace
}  // namespace hookwire::testing

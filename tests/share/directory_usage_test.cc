#include "directory_usage.h"

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

#include "share/files.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytes = 1 << 20;

class DirectoryUsage : public ::testing::Test {
 protected:
  void fill(const fs::path& name) {
    write_file(folder_.path() / name, std::string(kFileBytes, 'x'));
  }
  // The file system may round up and add blocks of its own.
  void expect_files(std::uint64_t count) {
    EXPECT_GE(used_bytes(folder_.path()), count * kFileBytes);
    EXPECT_LT(used_bytes(folder_.path()), count * kFileBytes + kFileBytes / 2);
  }

  TempFolder folder_;
};

TEST_F(DirectoryUsage, NothingUsesNothing) {
  fs::create_directories(folder_.path() / "a" / "b");
  EXPECT_EQ(used_bytes(folder_.path()), 0U);
}

TEST_F(DirectoryUsage, FilesAtEveryDepthCount) {
  fs::create_directories(folder_.path() / "a" / "b");
  fill("first");
  fill("a/b/second");
  expect_files(2);
}

TEST_F(DirectoryUsage, AFileOfSeveralNamesCountsOnce) {
  fill("first");
  fs::create_hard_link(folder_.path() / "first", folder_.path() / "second");
  expect_files(1);
}

TEST_F(DirectoryUsage, LinksAreNotFollowed) {
  const TempFolder outside;
  write_file(outside.path() / "file", std::string(kFileBytes, 'x'));
  fs::create_symlink(outside.path() / "file", folder_.path() / "file");
  fs::create_directory_symlink(outside.path(), folder_.path() / "folder");
  EXPECT_LT(used_bytes(folder_.path()), kFileBytes);
}

TEST_F(DirectoryUsage, HolesCountNothing) {
  write_file(folder_.path() / "hole", "");
  fs::resize_file(folder_.path() / "hole", 100 * kFileBytes);
  expect_files(0);
}

TEST_F(DirectoryUsage, AFolderThatIsNotThereIsAnErrorOrNothing) {
  EXPECT_THROW(used_bytes(folder_.path() / "none"), IoError);
  EXPECT_EQ(used_bytes_if_there(folder_.path() / "none"), std::nullopt);
}

}  // namespace
}  // namespace hookwire::testing

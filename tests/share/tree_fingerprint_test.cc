#include "tree_fingerprint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <chrono>
#include <functional>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

#include "share/files.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class Fingerprint : public ::testing::Test {
 protected:
  Fingerprint() {
    fs::create_directories(tree_ / "folder" / "inner");
    write_file(tree_ / "folder" / "file", "content");
  }

  TempFolder folder_;
  const fs::path tree_ = folder_.path() / "tree";
};

TEST_F(Fingerprint, ATreeThatNobodyChangedHasOne) {
  const TreeFingerprint first = fingerprint_of(tree_);
  EXPECT_TRUE(first.is_settled);
  EXPECT_EQ(fingerprint_of(tree_), first);
  read_file(tree_ / "folder" / "file");
  EXPECT_EQ(fingerprint_of(tree_), first) << "reading changes nothing";
}

TEST_F(Fingerprint, AnyChangeShowsWhateverTimesAreSetBack) {
  const fs::path file = tree_ / "folder" / "file";
  const std::function<void()> changes[] = {
      [&] { write_file(file, "CONTENT"); },
      [&] { fs::permissions(file, fs::perms(0600)); },
      [&] { write_file(tree_ / "folder" / "inner" / "new", ""); },
      [&] { fs::rename(tree_ / "folder" / "inner" / "new", tree_ / "new"); },
      [&] { fs::remove(tree_ / "new"); },
      [&] { fs::permissions(tree_, fs::perms(0700)); },
      [&] {
        const auto time = fs::last_write_time(file);
        write_file(file, "cONTENT");
        fs::last_write_time(file, time);
      },
  };
  for (const auto& change : changes) {
    const TreeFingerprint before = fingerprint_of(tree_);
    ASSERT_TRUE(before.is_settled);
    change();
    EXPECT_NE(fingerprint_of(tree_), before) << "change " << (&change - changes);
  }
}

TEST_F(Fingerprint, ItStaysWhenTheTreeIsRenamed) {
  const TreeFingerprint before = fingerprint_of(tree_);
  fs::create_directory(folder_.path() / "other");
  fs::rename(tree_, folder_.path() / "other" / "tree");
  EXPECT_EQ(fingerprint_of(folder_.path() / "other" / "tree"), before);
}

// The exchange of two folders sets them on XFS.
TEST_F(Fingerprint, ItStaysWhenTheTimesOfTheTreeItselfAreSet) {
  const TreeFingerprint before = fingerprint_of(tree_);
  fs::last_write_time(tree_, fs::last_write_time(tree_) - std::chrono::hours(1));
  EXPECT_EQ(fingerprint_of(tree_), before);
}

TEST_F(Fingerprint, AnAttributeOfTheTreeItselfShows) {
  const TreeFingerprint before = fingerprint_of(tree_);
  ASSERT_EQ(::setxattr(tree_.c_str(), "user.colour", "green", 5, 0), 0);
  const TreeFingerprint green = fingerprint_of(tree_);
  EXPECT_NE(green, before);
  ASSERT_EQ(::setxattr(tree_.c_str(), "user.colour", "brown", 5, 0), 0);
  EXPECT_NE(fingerprint_of(tree_), green);
}

TEST_F(Fingerprint, ManyChangesRightAfterItAllShow) {
  // Within one tick of the kernel's clock, where a time alone would not tell.
  for (int i = 0; i < 50; ++i) {
    write_file(tree_ / "folder" / "file", "before ");
    const TreeFingerprint before = fingerprint_of(tree_);
    ASSERT_TRUE(before.is_settled);
    write_file(tree_ / "folder" / "file", "after  ");
    EXPECT_NE(fingerprint_of(tree_), before);
  }
}

TEST_F(Fingerprint, TheSameNamesInOtherFoldersAreAnotherTree) {
  fs::create_directory(tree_ / "other");
  const TreeFingerprint before = fingerprint_of(tree_);
  fs::rename(tree_ / "folder" / "inner", tree_ / "other" / "inner");
  EXPECT_NE(fingerprint_of(tree_), before);
}

TEST_F(Fingerprint, AMissingFolderHasNone) {
  EXPECT_THROW(fingerprint_of(tree_ / "missing"), IoError);
}

}  // namespace
}  // namespace hookwire::testing

#include "folder_below.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "share/files.h"
#include "share/killed_at_change.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class FolderMoved : public ::testing::Test {
 protected:
  FolderMoved() {
    fs::create_directory(to_.parent_path());
    fs::create_directory(from_);
    write_file(from_ / "file", "content");
  }
  void expect_not_moved() {
    const FolderBelow found(folder_.path(), "from");
    const auto before = tree(folder_.path());
    try {
      found.move_to(to_, log_);
      ADD_FAILURE() << "it was moved";
    } catch (const IoError& error) {
      EXPECT_EQ(error.error_number(), EEXIST);
    }
    EXPECT_EQ(tree(folder_.path()), before);
  }

  TempFolder folder_;
  CapturingLog log_;
  const fs::path from_ = folder_.path() / "from";
  const fs::path to_ = folder_.path() / "shares" / "s-1";
};

TEST_F(FolderMoved, ReplacesNothing) {
  fs::create_directory(to_);
  expect_not_moved();
  fs::remove(to_);
  write_file(to_, "somebody's");
  expect_not_moved();
}

TEST_F(FolderMoved, IsNotMovedWhenAnotherIsInItsPlace) {
  const FolderBelow found(folder_.path(), "from");
  fs::rename(from_, folder_.path() / "elsewhere");
  fs::create_directory(from_);
  write_file(from_ / "other", "");
  const auto before = tree(folder_.path());
  EXPECT_THROW(found.move_to(to_, log_), Error);
  EXPECT_EQ(tree(folder_.path()), before);
}

TEST_F(FolderMoved, TellsOfWhatCouldNotBeTakenBackAndHidesNoError) {
  const fs::path told = folder_.path() / "told";
  const auto in_child = [&] {
    const FolderBelow found(folder_.path(), "from");
    fs::rename(from_, folder_.path() / "elsewhere");
    fs::create_directory(from_);
    try {
      found.move_to(to_, log_);
    } catch (const Error& error) {
      const bool is_logged = log_.contains("could not rename " + to_.string() + " back to");
      write_file(told, is_logged ? error.what() : "not logged");
    }
  };
  // The fourth change is the second rename of move_to.
  EXPECT_TRUE(changed_meanwhile(4, in_child, [&] { write_file(from_, "somebody's"); }));
  EXPECT_NE(read_file(told).find("was replaced meanwhile"), std::string::npos) << read_file(told);
  EXPECT_EQ(read_file(from_), "somebody's");
  EXPECT_TRUE(fs::is_directory(to_));
}

}  // namespace
}  // namespace hookwire::testing

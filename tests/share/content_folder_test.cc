#include "content_folder.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "directory_removal.h"
#include "share/files.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

// A folder of contents that cannot be synced; with `is_lost`, what was just put in place is gone
// then, so that it cannot be exchanged back either.
class Unsyncable final : public ForwardingFileSystem {
 public:
  bool is_broken = false;
  bool is_lost = false;

  void sync_directory(const fs::path& path) override {
    if (!is_broken) return ForwardingFileSystem::sync_directory(path);
    is_broken = false;
    if (is_lost) fs::rename(path / "s-1", path.parent_path() / "lost");
    throw IoError(EIO, "sync " + path.string());
  }
};

class ContentReplaced : public ::testing::Test {
 protected:
  ContentReplaced() {
    shares_.make();
    fs::create_directory(shares_.path_of("s-1"));
    write_file(shares_.path_of("s-1") / "file", "old");
    part_ = shares_.new_part_path("s-1");
    fs::create_directory(part_);
    write_file(part_ / "file", "new");
    files_.is_broken = true;
  }

  TempFolder folder_;
  Unsyncable files_;
  CapturingLog log_;
  WorkNumbers numbers_;
  ContentFolder shares_{files_, folder_.path() / "shares", numbers_};
  fs::path part_;
};

TEST_F(ContentReplaced, IsPutBackWhenItIsNotSure) {
  const fs::path part = part_;
  EXPECT_THROW(shares_.replace(part_, "s-1", log_), IoError);
  EXPECT_TRUE(part_ == part);
  EXPECT_EQ(read_file(shares_.path_of("s-1") / "file"), "old");
  EXPECT_EQ(read_file(part / "file"), "new");
}

TEST_F(ContentReplaced, IsKeptWhenItCannotBePutBack) {
  files_.is_lost = true;
  const fs::path kept = shares_.path() / ".kept.3.s-1";
  fs::create_directory(shares_.path() / ".kept.2.s-1");  // of another time
  EXPECT_THROW(shares_.replace(part_, "s-1", log_), IoError);
  EXPECT_TRUE(part_.empty());
  EXPECT_EQ(read_file(kept / "file"), "old");
  EXPECT_TRUE(log_.contains("is kept in " + kept.string()));

  WorkNumbers numbers;  // those of the next start
  ContentFolder shares(files_, shares_.path(), numbers);
  shares.see_numbers();
  for (const fs::path& needless : shares.recover({"s-1"}, log_)) remove_tree(needless);
  EXPECT_EQ(read_file(kept / "file"), "old");
  EXPECT_TRUE(log_.contains(kept.string() + " is not known to state.json: left alone"));
}

}  // namespace
}  // namespace hookwire::testing

#include "directory_store.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "share/directory_test.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

// The state is replaced, which cannot be made sure of; then the exports cannot be written.
class UnsureState final : public ForwardingFileSystem {
 public:
  bool is_breaking = false;

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    if (has_failed_ && path.filename() == "exports.new") throw IoError(ENOSPC, "open it");
    return ForwardingFileSystem::open(path, mode);
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    ForwardingFileSystem::rename(from, to);
    is_replaced_ = is_breaking && to.filename() == "state.json";
  }
  void sync_directory(const std::filesystem::path& path) override {
    if (!is_replaced_ || has_failed_) return ForwardingFileSystem::sync_directory(path);
    has_failed_ = true;
    throw IoError(EIO, "sync " + path.string());
  }
  bool has_failed() const { return has_failed_; }

 private:
  bool is_replaced_ = false;
  bool has_failed_ = false;
};

TEST(DirectoryStore, PutsTheStateBackThoughItCannotPutTheExportsBack) {
  const TempFolder folder;
  UnsureState files;
  CapturingLog log;
  DirectoryStore store(files, folder.path(), log);
  const DirectoryState before = store.state();
  DirectoryState next = before;
  DirectoryState::Share& share = next.shares["s-1"];
  share.size_gb = 1;
  share.share_proto = "NFS";
  share.access_rules.push_back(ip_rule("10.0.0.4"));
  files.is_breaking = true;
  EXPECT_THROW(store.commit(next), IoError);
  EXPECT_TRUE(files.has_failed());
  EXPECT_EQ(store.state(), before);
  EXPECT_EQ(load_state(files, folder.path() / "state.json"), before);
  EXPECT_TRUE(log.contains((folder.path() / "exports").string()));
}

}  // namespace
}  // namespace hookwire::testing

#include <sys/stat.h>
#include <unistd.h>

#include "share/directory_test.h"
#include "share/killed_at_change.h"

// Somebody else who may write to the folder of a share server changes it in front of every system
// call of the driver that changes files.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectoryMeanwhile : public DirectoryTest {
 protected:
  using Work = std::function<void(ShareDriver&)>;

  // A fresh root, as a process that ended left it.
  void prepare(const Work& before) {
    driver_.reset();
    fs::remove_all(folder_.path());
    fs::create_directory(folder_.path());
    fs::create_directory(victim());
    write_file(victim() / "file", "content");
    fs::permissions(victim(), fs::perms(0700));
    start();
    before(*driver_);
    driver_.reset();
  }

  // Puts `other` in the place of what the driver is making or removing. True when there was any.
  bool replace_work(const std::function<void(const fs::path&)>& other) {
    for (const std::string& name : names_in(server("v-1"))) {
      if (!name.starts_with(".work.") && !name.starts_with(".part.")) continue;
      fs::rename(server("v-1") / name, folder_.path() / "taken");
      other(server("v-1") / name);
      return true;
    }
    return false;
  }

  // Expects that nothing happens to the victim, whatever is in place of what is being made.
  void expect_untouched(const Work& before, const Work& call,
                        const std::function<void(const fs::path&)>& other) {
    std::size_t replaced = 0;
    std::size_t n = 1;
    const auto in_child = [&] {
      NullLog log;
      const auto driver = make_directory_driver({.root = root(), .host = "nas01"}, log);
      call(*driver);
    };
    do {
      SCOPED_TRACE("replaced in front of change " + std::to_string(n));
      prepare(before);
      const auto content = tree(victim());
      struct stat then {};
      const bool is_there = changed_meanwhile(n, in_child, [&] {
        replaced += replace_work(other);
        EXPECT_EQ(::stat(victim().c_str(), &then), 0);
      });
      if (!is_there) break;
      struct stat now {};
      ASSERT_EQ(::stat(victim().c_str(), &now), 0);
      EXPECT_EQ(now.st_mode, then.st_mode);
      EXPECT_EQ(now.st_uid, then.st_uid);
      EXPECT_EQ(now.st_mtim.tv_sec, then.st_mtim.tv_sec);
      EXPECT_EQ(now.st_mtim.tv_nsec, then.st_mtim.tv_nsec);
      EXPECT_EQ(tree(victim()), content);
      ++n;
    } while (!HasFailure());
    EXPECT_GT(replaced, 2U);
  }

  fs::path victim() const { return folder_.path() / "victim"; }

  void link_to_victim(const fs::path& path) { fs::create_directory_symlink(victim(), path); }

  static void make_server(ShareDriver& driver) {
    driver.create_share_instance("s-1", 1, "NFS", "v-1", {{"mode", "0777"}});
  }
};

TEST_F(DirectoryMeanwhile, ALinkInPlaceOfANewShareIsNotFollowed) {
  expect_untouched(
      &make_server,
      [](ShareDriver& driver) {
        driver.create_share_instance("s-2", 1, "NFS", "v-1", {{"mode", "0777"}});
      },
      [&](const fs::path& path) { link_to_victim(path); });
}

TEST_F(DirectoryMeanwhile, ALinkInPlaceOfARevertedShareIsNotFollowed) {
  expect_untouched(
      [&](ShareDriver& driver) {
        make_server(driver);
        write_file(server("v-1") / "s-1" / "file", "new");
        driver.create_snapshot("s-1", "n-1");
      },
      [](ShareDriver& driver) { driver.revert_to_snapshot("s-1", "n-1"); },
      [&](const fs::path& path) { link_to_victim(path); });
}

// Only what is open is written to, whatever bears the name.
TEST_F(DirectoryMeanwhile, AFolderInPlaceOfANewShareIsNotGivenItsMode) {
  const auto in_child = [&] {
    NullLog log;
    make_directory_driver({.root = root(), .host = "nas01"}, log)
        ->create_share_instance("s-2", 1, "NFS", "v-1", {{"mode", "0777"}});
  };
  const auto put_own = [](const fs::path& path) {
    fs::create_directory(path);
    write_file(path / "file", "somebody's");
    fs::permissions(path, fs::perms(0711));
  };
  // After the folder was made, in front of the change of its mode.
  bool is_replaced = false;
  for (std::size_t n = 1; !is_replaced; ++n) {
    prepare(&make_server);
    if (!changed_meanwhile(n, in_child, [&] { is_replaced = replace_work(put_own); })) break;
  }
  ASSERT_TRUE(is_replaced);
  const std::set<std::string> names = names_in(server("v-1"));
  EXPECT_EQ(names.size(), 2U);
  for (const std::string& name : names) {
    if (name == "s-1") continue;
    EXPECT_EQ(fs::status(server("v-1") / name).permissions(), fs::perms(0711)) << name;
  }
}

// The folder of a server without shares, with what is left of one.
class ServerMeanwhile : public DirectoryMeanwhile {
 protected:
  void prepare_server() {
    prepare([&](ShareDriver& driver) {
      make_server(driver);
      driver.delete_share_instance("s-1");
      fs::create_directories(server("v-1") / ".part.900.s-1" / "inner");
    });
  }
  void remove() const {
    NullLog log;
    make_directory_driver({.root = root(), .host = "nas01"}, log)->delete_share_server("v-1");
  }
  // True when there was a folder to put it in.
  bool put_something_in() const {
    const std::set<std::string> names = names_in(root() / "servers");
    for (const std::string& name : names) {
      fs::create_directory(root() / "servers" / name / "late");
      write_file(root() / "servers" / name / "late" / "file", "late");
    }
    return !names.empty();
  }
  // After two starts.
  void expect_kept() {
    start();
    restart();
    EXPECT_EQ(read_file(server("v-1") / "late" / "file"), "late");
    EXPECT_EQ(tree(server("v-1")).count(".part.900.s-1/inner"), 0U);
  }
};

TEST_F(ServerMeanwhile, WhatComesIntoTheFolderOfOneThatIsRemovedIsKept) {
  std::size_t n = 1;
  for (bool is_put = false;; ++n, is_put = false) {
    SCOPED_TRACE("in front of change " + std::to_string(n));
    prepare_server();
    if (!changed_meanwhile(
            n, [&] { remove(); }, [&] { is_put = put_something_in(); }))
      break;
    ASSERT_TRUE(is_put);
    expect_kept();
    if (HasFailure()) break;
  }
  EXPECT_GT(n, 3U);
}

TEST_F(ServerMeanwhile, AlsoWhenTheProcessDies) {
  std::size_t n = 1;
  for (;; ++n) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    prepare_server();
    if (!killed_at_change(n, [&] { remove(); })) break;
    ASSERT_TRUE(put_something_in());
    expect_kept();
    if (HasFailure()) break;
  }
  EXPECT_GT(n, 3U);
}

TEST_F(DirectoryMeanwhile, AServersFolderThatOthersMayWriteIsNotTakenOver) {
  const auto expect_refused_for = [&](const char* why) {
    expect_refused<ManageInvalidShareServer>(
        [&] { driver_->manage_share_server("v-1", "old", {}); }, why);
  };
  fs::create_directory(root() / "old");
  for (const unsigned mode : {0775U, 0702U, 01777U}) {
    ASSERT_EQ(::chmod((root() / "old").c_str(), mode), 0);
    expect_refused_for("chmod go-w it");
  }
  fs::permissions(root() / "old", fs::perms(0755));
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((root() / "old").c_str(), 65534, 65534), 0);
    expect_refused_for("belongs to user 65534");
    ASSERT_EQ(::chown((root() / "old").c_str(), 0, 0), 0);
  }
  driver_->manage_share_server("v-1", "old", {});
  EXPECT_TRUE(fs::exists(server("v-1")));
}

}  // namespace
}  // namespace hookwire::testing

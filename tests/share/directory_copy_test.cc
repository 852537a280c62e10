#include "directory_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

#include "share/files.h"
#include "share/killed_at_change.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectoryCopy : public ::testing::Test {
 protected:
  DirectoryCopy() { fs::create_directory(from_); }

  static struct stat status(const fs::path& path) {
    struct stat found {};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found;
  }

  static void set_attribute(const fs::path& path, const char* name, const std::string& value) {
    EXPECT_EQ(::setxattr(path.c_str(), name, value.data(), value.size(), 0), 0)
        << name << " of " << path << ": " << std::strerror(errno);
  }
  static std::optional<std::string> attribute_of(const fs::path& path, const char* name) {
    std::string value(4096, '\0');
    const ssize_t count = ::getxattr(path.c_str(), name, value.data(), value.size());
    if (count < 0) return std::nullopt;
    return value.substr(0, static_cast<std::size_t>(count));
  }

  static void exchange(const fs::path& a, const fs::path& b) {
    ASSERT_EQ(::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE), 0);
  }
  // Copies what `make` made, in a child, and does `then` in front of its `n`-th look at a file.
  // False when there are fewer.
  bool copy_and_meanwhile(std::size_t n, const std::function<void()>& make,
                          const std::function<void()>& then, bool& works) {
    for (const fs::path& path : {from_, to_}) fs::remove_all(path);
    fs::create_directory(from_);
    make();
    TracedCall traced([&] { copy_tree(from_, to_); });
    const bool is_there = traced.goes_on_to(n, [](std::uint64_t number, std::uint64_t) {
      return number == SYS_openat || number == SYS_newfstatat;
    });
    if (is_there) then();
    works = traced.works();
    return is_there;
  }

  TempFolder folder_;
  const fs::path from_ = folder_.path() / "from";
  const fs::path to_ = folder_.path() / "to";
};

TEST_F(DirectoryCopy, AnEmptyFolderIsCopied) {
  copy_tree(from_, to_);
  EXPECT_TRUE(fs::is_empty(to_));
}

TEST_F(DirectoryCopy, FilesOfAnySizeAreCopied) {
  for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 65537UL, 5'000'000UL}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 + i / 251);
    write_file(from_ / std::to_string(size), content);
  }
  copy_tree(from_, to_);
  EXPECT_EQ(tree(to_), tree(from_));
  EXPECT_EQ(tree(to_).size(), 6U);
}

TEST_F(DirectoryCopy, ItWorksFromOneFileSystemToAnother) {
  std::string pattern = "/dev/shm/hookwire-XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  write_file(from_ / "file", std::string(200'000, 'x'));
  ::truncate((from_ / "file").c_str(), 400'000);
  copy_tree(from_, fs::path(pattern) / "to");
  EXPECT_EQ(tree(fs::path(pattern) / "to"), tree(from_));
  fs::remove_all(pattern);
}

TEST_F(DirectoryCopy, HolesStayHoles) {
  const fs::path file = from_ / "sparse";
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::pwrite(fd, "middle", 6, 1 << 20), 6);
  ASSERT_EQ(::ftruncate(fd, 4 << 20), 0);
  ASSERT_EQ(::close(fd), 0);

  copy_tree(from_, to_);

  EXPECT_EQ(status(to_ / "sparse").st_size, 4 << 20);
  EXPECT_LT(status(to_ / "sparse").st_blocks * 512, 1 << 19);
  EXPECT_EQ(tree(to_), tree(from_));
}

TEST_F(DirectoryCopy, ModesAndTimesAreKept) {
  fs::create_directory(from_ / "folder");
  write_file(from_ / "folder" / "file", "content");
  ASSERT_EQ(::symlink("nowhere", (from_ / "link").c_str()), 0);
  ASSERT_EQ(::chmod((from_ / "folder" / "file").c_str(), 04751), 0);
  for (const char* name : {"folder/file", "folder", "link"}) {
    const timespec times[2] = {{1000, 1}, {2000, 123'456'789}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (from_ / name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }
  ASSERT_EQ(::chmod((from_ / "folder").c_str(), 02750), 0);

  copy_tree(from_, to_);

  for (const char* name : {"folder/file", "folder", "link"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(status(to_ / name).st_mode, status(from_ / name).st_mode);
    EXPECT_EQ(status(to_ / name).st_mtim.tv_sec, 2000);
    EXPECT_EQ(status(to_ / name).st_mtim.tv_nsec, 123'456'789);
    EXPECT_EQ(status(to_ / name).st_uid, status(from_ / name).st_uid);
  }
}

// An access control list as the kernel takes it: the owner, user 1000, the group, a mask, others.
std::string list_of_user_1000() {
  constexpr unsigned char kBytes[] = {2,   0,   0,   0,   1,   0,   7,  0,   255, 255, 255,
                                      255, 2,   0,   6,   0,   232, 3,  0,   0,   4,   0,
                                      4,   0,   255, 255, 255, 255, 16, 0,   6,   0,   255,
                                      255, 255, 255, 32,  0,   4,   0,  255, 255, 255, 255};
  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};
}

TEST_F(DirectoryCopy, AttributesAndAccessControlListsAreKept) {
  fs::create_directory(from_ / "folder");
  write_file(from_ / "file", "content");
  const std::string list = list_of_user_1000();
  for (const fs::path& path : {from_, from_ / "folder", from_ / "file"}) {
    // In this order, since a list may take from us the right to set the other.
    set_attribute(path, "system.posix_acl_access", list);
    set_attribute(path, "user.colour", "green");
  }
  set_attribute(from_ / "folder", "system.posix_acl_default", list);
  ASSERT_EQ(::chmod((from_ / "file").c_str(), 0464), 0);  // one that we may not write to

  copy_tree(from_, to_);

  for (const char* name : {"", "folder", "file"}) {
    SCOPED_TRACE(name);
    for (const char* attribute :
         {"user.colour", "system.posix_acl_access", "system.posix_acl_default"}) {
      EXPECT_EQ(attribute_of(to_ / name, attribute), attribute_of(from_ / name, attribute));
    }
    EXPECT_EQ(status(to_ / name).st_mode, status(from_ / name).st_mode);
  }
  EXPECT_EQ(attribute_of(to_ / "file", "user.colour"), "green");
  EXPECT_NE(attribute_of(to_ / "folder", "system.posix_acl_default"), std::nullopt);
}

TEST_F(DirectoryCopy, AListThatTheCopyWouldInheritIsLeftOut) {
  fs::create_directory(folder_.path() / "open");
  set_attribute(folder_.path() / "open", "system.posix_acl_default", list_of_user_1000());
  write_file(from_ / "file", "content");
  const fs::path to = folder_.path() / "open" / "to";
  copy_tree(from_, to);
  for (const fs::path& path : {to, to / "file"}) {
    EXPECT_EQ(attribute_of(path, "system.posix_acl_access"), std::nullopt);
    EXPECT_EQ(attribute_of(path, "system.posix_acl_default"), std::nullopt);
  }
  EXPECT_EQ(status(to / "file").st_mode, status(from_ / "file").st_mode);
}

TEST_F(DirectoryCopy, LinksAreCopiedAndNotFollowed) {
  fs::create_directory(folder_.path() / "outside");
  write_file(folder_.path() / "outside" / "secret", "secret");
  fs::create_symlink("../outside/secret", from_ / "file-link");
  fs::create_directory_symlink(folder_.path() / "outside", from_ / "folder-link");
  copy_tree(from_, to_);
  EXPECT_EQ(tree(to_), tree(from_));
  EXPECT_TRUE(fs::is_symlink(to_ / "folder-link"));
}

TEST_F(DirectoryCopy, AFileOfSeveralNamesStaysOne) {
  fs::create_directory(from_ / "a");
  write_file(from_ / "a" / "first", "content");
  fs::create_hard_link(from_ / "a" / "first", from_ / "second");
  copy_tree(from_, to_);
  EXPECT_EQ(tree(to_), tree(from_));
  EXPECT_TRUE(fs::equivalent(to_ / "a" / "first", to_ / "second"));
  EXPECT_FALSE(fs::equivalent(to_ / "second", from_ / "second"));
}

TEST_F(DirectoryCopy, APipeIsCopiedWithoutWaitingForAWriter) {
  ASSERT_EQ(::mkfifo((from_ / "pipe").c_str(), 0640), 0);
  copy_tree(from_, to_);
  EXPECT_TRUE(fs::is_fifo(to_ / "pipe"));
  EXPECT_EQ(status(to_ / "pipe").st_mode, status(from_ / "pipe").st_mode);
}

TEST_F(DirectoryCopy, NothingIsOverwritten) {
  fs::create_directory(to_);
  EXPECT_THROW(copy_tree(from_, to_), IoError);
}

TEST_F(DirectoryCopy, ATreeThatIsTooDeepIsRefused) {
  fs::path deep = from_;
  for (int i = 0; i < 129; ++i) fs::create_directory(deep /= "d");
  EXPECT_THROW(copy_tree(from_, to_), Error);
  fs::remove(deep);
  fs::remove_all(to_);
  copy_tree(from_, to_);
  EXPECT_EQ(tree(to_).size(), 128U);
}

// As a user of a share may do it while the driver, as root, copies that.
TEST_F(DirectoryCopy, WhatIsRenamedMeanwhileIsCopiedWithItsOwnMode) {
  const auto make_one = [&](const std::string& what, mode_t mode) {
    write_file(from_ / what, what);
    ASSERT_EQ(::chmod((from_ / what).c_str(), mode), 0);
    fs::create_directory(from_ / (what + "s"));
    write_file(from_ / (what + "s") / "file", what);
    ASSERT_EQ(::chmod((from_ / (what + "s")).c_str(), mode | 0100), 0);
  };
  const auto make = [&] {
    make_one("mine", 0600);
    make_one("tool", 04755);
    fs::create_hard_link(from_ / "tool", from_ / "same");
  };
  const auto expect_mode = [&](const fs::path& path, const std::string& content, mode_t more) {
    EXPECT_EQ(status(path).st_mode & 07777, (content == "tool" ? 04755U : 0600U) | more) << path;
  };
  std::size_t n = 1;
  for (bool works = true; !HasFailure(); ++n) {
    SCOPED_TRACE("in front of look " + std::to_string(n));
    const auto then = [&] {
      exchange(from_ / "mine", from_ / "tool");
      exchange(from_ / "mines", from_ / "tools");
    };
    if (!copy_and_meanwhile(n, make, then, works)) break;
    EXPECT_TRUE(works);
    EXPECT_EQ(read_file(to_ / "same"), "tool");
    for (const char* name : {"mine", "tool", "same"}) {
      expect_mode(to_ / name, read_file(to_ / name), 0);
    }
    for (const char* name : {"mines", "tools"}) {
      expect_mode(to_ / name, read_file(to_ / name / "file"), 0100);
    }
  }
  EXPECT_GT(n, 20U);
}

TEST_F(DirectoryCopy, AFileThatBecomesAnotherKindMeanwhileIsRefusedOrCopiedAsThat) {
  const auto make = [&] {
    write_file(from_ / "file", "content");
    ASSERT_EQ(::mkfifo((from_ / "pipe").c_str(), 0622), 0);
    ASSERT_EQ(::chmod((from_ / "pipe").c_str(), 0622), 0);
    ASSERT_EQ(::chmod((from_ / "file").c_str(), 0640), 0);
  };
  std::size_t refused = 0;
  for (std::size_t n = 1; !HasFailure(); ++n) {
    SCOPED_TRACE("in front of look " + std::to_string(n));
    bool works = true;
    if (!copy_and_meanwhile(
            n, make, [&] { exchange(from_ / "file", from_ / "pipe"); }, works)) {
      break;
    }
    refused += !works;
    for (const char* name : {"file", "pipe"}) {
      if (!works) continue;
      const mode_t mode = status(to_ / name).st_mode;
      EXPECT_EQ(mode & 07777, S_ISFIFO(mode) ? 0622U : 0640U) << name;
    }
  }
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace hookwire::testing

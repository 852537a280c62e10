#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <stdexcept>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "share/directory_test.h"
#include "share/killed_at_change.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

// From now on this process has a kernel that cannot exchange two names.
void forbid_exchange() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0 ||
      ::renameat2(-1, "a", -1, "b", RENAME_EXCHANGE) == 0 || errno != EINVAL) {
    throw std::runtime_error("seccomp is not to be had");
  }
}

class DirectoryRevert : public DirectoryTest {
 protected:
  DirectoryRevert() {
    create("s-1", 2);
    fs::permissions(share("s-1"), fs::perms(0710));
    write_file(share("s-1") / "file", "first");
    fs::create_directory(share("s-1") / "folder");
    driver_->create_snapshot("s-1", "n-1");
    held_ = tree(share("s-1"));
    write_file(share("s-1") / "file", "second");
    fs::remove(share("s-1") / "folder");
    write_file(share("s-1") / "new", "new");
    fs::permissions(share("s-1"), fs::perms(0755));
  }

  std::map<std::string, std::string> held_;
};

TEST_F(DirectoryRevert, TheShareHoldsAgainWhatTheSnapshotKept) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  const Value before = to_value(driver_->share_instances());

  driver_->revert_to_snapshot("s-1", "n-1");

  EXPECT_EQ(tree(share("s-1")), held_);
  EXPECT_EQ(fs::status(share("s-1")).permissions(), fs::perms(0710));
  EXPECT_EQ(tree(snapshot("n-1")), held_) << "the snapshot stays";
  EXPECT_EQ(to_value(driver_->share_instances()), before) << "size and rules stay";
  EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>{"s-1"});

  write_file(share("s-1") / "file", "third");
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(tree(share("s-1")), held_) << "again and again";
}

TEST_F(DirectoryRevert, OnlyToASnapshotOfTheShare) {
  create("s-2");
  driver_->create_snapshot("s-2", "n-2");
  expect_refused<ShareNotFound>([&] { driver_->revert_to_snapshot("s-9", "n-1"); }, "'s-9'");
  expect_refused<SnapshotNotFound>([&] { driver_->revert_to_snapshot("s-1", "n-9"); }, "'n-9'");
  expect_refused<InvalidShareInput>([&] { driver_->revert_to_snapshot("s-1", "n-2"); },
                                    "'n-2' is of share 's-2'");
  expect_refused<InvalidShareInput>([&] { driver_->revert_to_snapshot("s-1", ".n"); },
                                    "'snapshot_id'");
}

TEST_F(DirectoryRevert, ASnapshotLargerThanTheShareIsNotTaken) {
  fs::create_directory(root() / "import");
  allocate_more_than_a_gb(root() / "import" / "large");
  driver_->manage_snapshot("s-1", "n-2", "import", {});
  driver_->shrink_share("s-1", 1);
  const auto revert = [&] { driver_->revert_to_snapshot("s-1", "n-2"); };
  EXPECT_THAT(revert, ::testing::ThrowsMessage<InvalidShareInput>(
                          ::testing::HasSubstr("of 1 GB that share 's-1' has: extend that first")));
  EXPECT_FALSE(fs::exists(share("s-1") / "large"));
  driver_->extend_share("s-1", 2);
  revert();
  EXPECT_TRUE(fs::exists(share("s-1") / "large"));
}

TEST_F(DirectoryRevert, ASnapshotThatCannotBeCopiedChangesNothing) {
  fs::path deep = snapshot("n-1");
  for (int i = 0; i < 200; ++i) fs::create_directory(deep /= "d");
  expect_refused<ShareBackendException>([&] { driver_->revert_to_snapshot("s-1", "n-1"); },
                                        "more than 128 folders deep");
  driver_->delete_snapshot("n-1");
  driver_->delete_share_instance("s-1");
}

TEST_F(DirectoryRevert, WhereTwoNamesCannotBeExchangedTheOldContentIsPutBack) {
  const auto held_since = tree(share("s-1"));
  driver_.reset();
  const auto revert = [&] {
    forbid_exchange();
    NullLog log;
    make_directory_driver({.root = root()}, log)->revert_to_snapshot("s-1", "n-1");
  };
  int put_back = 0;
  for (std::size_t n = 1; killed_at_change(n, revert); ++n) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    put_back += !fs::exists(share("s-1"));
    start();
    const auto left = tree(share("s-1"));
    EXPECT_TRUE(left == held_ || left == held_since);
    EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>{"s-1"});
    driver_.reset();
    fs::remove_all(share("s-1"));
    fs::create_directory(share("s-1"));
    for (const auto& [name, content] : held_since) write_file(share("s-1") / name, content);
  }
  EXPECT_EQ(put_back, 1) << "between its two renames";
  EXPECT_EQ(tree(share("s-1")), held_);
}

TEST_F(DirectoryRevert, AShareWhoseContentIsGoneGetsItBack) {
  fs::remove_all(share("s-1"));
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(tree(share("s-1")), held_);
}

}  // namespace
}  // namespace hookwire::testing

#include <algorithm>
#include <fstream>

#include "folder_below.h"
#include "share/all_or_nothing.h"

// Old mounts of a share write to the folder that they have open, also when a promotion has made
// that the replica's. What they wrote is nowhere else: it stays, whatever kills the driver.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class ReplicaLateWrites : public DirectoryAllOrNothing {
 protected:
  fs::path copy() const { return root() / "replicas" / "r-1" / "content"; }
  fs::path away() const { return root() / "away"; }

  void make_replica(ShareDriver& driver) {
    make_share(driver);
    driver.create_share_replica("s-1", "r-1");
  }
  void make_promoted(ShareDriver& driver) {
    make_replica(driver);
    driver.promote_share_replica("r-1");
  }
  void make_late_writes(ShareDriver& driver) {
    make_promoted(driver);
    write_file(copy() / "late", "late");
  }
  static void promote(ShareDriver& driver) { driver.promote_share_replica("r-1"); }

  // Promotes after `before`, killed in front of each change, and does `then` after a start.
  void promote_killed(const Work& before, const std::function<void()>& then) {
    for (std::size_t n = 1; !HasFailure(); ++n) {
      SCOPED_TRACE("killed in front of change " + std::to_string(n));
      prepare(before);
      const bool is_killed = killed_at_change(n, [&] { make(&promote); });
      then();
      if (is_killed) continue;
      EXPECT_GT(n, 3U);
      return;
    }
  }
  void expect_late_is_kept() {
    try {
      driver_->update_share_replica("r-1");
    } catch (const ReplicaNotInSync&) {
    }
    const fs::path there = fs::exists(copy() / "late") ? copy() : share("s-1");
    EXPECT_EQ(read_file(there / "late"), "late");
  }
  void expect_late_refuses_update() {
    expect_refused<ReplicaNotInSync>([&] { driver_->update_share_replica("r-1"); },
                                     "was written to after it was the content of share 's-1'");
  }
};

TEST_F(ReplicaLateWrites, AfterAKilledPromotionAreNotOverwritten) {
  ino_t of_share = 0;
  const auto before = [&](ShareDriver& driver) {
    make_replica(driver);
    of_share = inode_of(share("s-1"));
  };
  std::size_t promoted = 0;
  promote_killed(before, [&] {
    start();
    EXPECT_EQ(read_file(share("s-1") / "inner" / "file"), "content");
    EXPECT_EQ(tree(copy()), tree(share("s-1")));
    EXPECT_EQ(names_in(copy().parent_path()), (std::set<std::string>{"content", "snapshots"}));
    if (inode_of(share("s-1")) == of_share) {
      write_file(share("s-1") / "late", "late");
      expect_refused<ReplicaNotInSync>([&] { driver_->promote_share_replica("r-1"); },
                                       "was changed since");
      EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
      EXPECT_EQ(tree(copy()), tree(share("s-1")));
    } else {
      ++promoted;
      write_file(copy() / "late", "late");
      expect_late_refuses_update();
    }
  });
  EXPECT_GT(promoted, 0U);
}

TEST_F(ReplicaLateWrites, BeforeAKilledPromotionAreNotForgotten) {
  promote_killed([&](ShareDriver& driver) { make_late_writes(driver); },
                 [&] {
                   start();
                   expect_late_is_kept();
                   restart();
                   expect_late_is_kept();
                 });
}

TEST_F(ReplicaLateWrites, AreNotForgottenWhenALostShareComesBack) {
  promote_killed(
      [&](ShareDriver& driver) {
        make_late_writes(driver);
        fs::rename(share("s-1"), away());
      },
      [&] {
        if (!fs::exists(share("s-1"))) fs::rename(away(), share("s-1"));
        start();
        EXPECT_FALSE(log_.contains("left alone"));
        expect_late_is_kept();
      });
}

TEST_F(ReplicaLateWrites, AKilledPromotionCanBeTriedAgain) {
  promote_killed([&](ShareDriver& driver) { make_replica(driver); },
                 [&] {
                   start();
                   EXPECT_EQ(driver_->promote_share_replica("r-1").replica_state, "in_sync");
                   EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
                 });
}

TEST_F(ReplicaLateWrites, WhileAnUpdateCopiesAreNotOverwritten) {
  prepare([&](ShareDriver& driver) {
    make_promoted(driver);
    write_file(share("s-1") / "file", "new");
  });
  const auto is_copying = [&] {
    const auto names = names_in(copy().parent_path());
    return std::any_of(names.begin(), names.end(),
                       [](const std::string& name) { return name.starts_with(".part."); });
  };
  TracedCall traced([&] { make([](ShareDriver& driver) { driver.update_share_replica("r-1"); }); });
  while (traced.goes_on_to(1) && !is_copying()) {
  }
  ASSERT_TRUE(is_copying());
  write_file(copy() / "late", "late");
  EXPECT_FALSE(traced.works());
  start();
  expect_late_refuses_update();
  EXPECT_EQ(read_file(copy() / "late"), "late");
}

// As ext4 gives it again, when the old content was removed.
TEST_F(ReplicaLateWrites, AreNotSeenInANewFolderOfTheSameInode) {
  prepare([&](ShareDriver& driver) { make_promoted(driver); });
  if (identity_of(copy()).born_ns == 0) return;  // nothing tells them apart here
  const std::string old = "\"inode\": " + std::to_string(inode_of(copy()));
  fs::rename(copy(), away());
  fs::create_directory(copy());
  write_file(copy() / "file", "new");
  std::string state = read_file(root() / "state.json");
  ASSERT_NE(state.find(old), std::string::npos);
  state.replace(state.find(old), old.size(), "\"inode\": " + std::to_string(inode_of(copy())));
  write_file(root() / "state.json", state);
  start();
  write_file(share("s-1") / "file", "changed");
  EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
  EXPECT_EQ(tree(copy()), tree(share("s-1")));
}

// By an old mount, in front of each look at a folder, sync and change. The answer says that they
// are missing.
TEST_F(ReplicaLateWrites, DuringAPromotionAreNotPassedOver) {
  const auto is_step = [](std::uint64_t number, std::uint64_t flags) {
    return number == SYS_getdents64 || number == SYS_fsync || changes_files(number, flags);
  };
  std::size_t n = 1;
  for (bool is_there = true; is_there && !HasFailure(); ++n) {
    SCOPED_TRACE("in front of step " + std::to_string(n));
    prepare([&](ShareDriver& driver) { make_replica(driver); });
    start();
    std::ofstream mount(share("s-1") / "inner" / "file", std::ios::in | std::ios::out);
    TracedCall traced([&] {
      if (driver_->promote_share_replica("r-1").replica_state != "in_sync") ::_exit(1);
    });
    is_there = traced.goes_on_to(n, is_step);
    if (is_there) mount << "order 4711" << std::flush;
    EXPECT_EQ(traced.works(), !is_there);
  }
  EXPECT_GT(n, 12U);
}

}  // namespace
}  // namespace hookwire::testing

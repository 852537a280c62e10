#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "share/directory_test.h"

// A disk that fails while a replica is promoted.

namespace {

std::atomic<long> failing_fsync{0};     // the how many-th from now on fails
std::atomic<long> failing_exchange{0};  // of two names; 0: none

bool hits(std::atomic<long>& nth) {
  return nth.load() > 0 && nth.fetch_sub(1) == 1;
}

}  // namespace

// In the place of libc's: no real disk fails where a test wants it.
extern "C" int fsync(int fd) {
  if (!hits(failing_fsync)) return static_cast<int>(::syscall(SYS_fsync, fd));
  errno = EIO;
  return -1;
}
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned int flags) noexcept {
  if (flags != RENAME_EXCHANGE || !hits(failing_exchange)) {
    return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  }
  errno = EIO;
  return -1;
}

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class ReplicaFaults : public DirectoryTest {
 protected:
  fs::path copy() const { return root() / "replicas" / "r-1" / "content"; }

  void make_replica() {
    create("s-1");
    write_file(share("s-1") / "file", "content");
    driver_->create_share_replica("s-1", "r-1");
  }
  // Promotes after `before`, each time with another fsync that fails, and the exchange of that
  // number; does `then` when both failed, and once more after a start.
  void for_each_fault(long nth_exchange, const std::function<void()>& before,
                      const std::function<void()>& then) {
    std::size_t failed = 0;
    for (long nth = 1; !HasFailure(); ++nth) {
      SCOPED_TRACE("fsync " + std::to_string(nth) + ", exchange " + std::to_string(nth_exchange));
      driver_.reset();
      fs::remove_all(root());
      start();
      before();
      failing_fsync = nth;
      failing_exchange = nth_exchange;
      try {
        driver_->promote_share_replica("r-1");
      } catch (const ShareBackendException& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("Input/output error"));
      }
      const bool is_last = failing_fsync.exchange(0) > 0;
      const bool has_hit = nth_exchange == 0 ? !is_last : failing_exchange == 0;
      failing_exchange = 0;
      if (has_hit) {
        ++failed;
        then();
        restart();
        then();
      }
      if (is_last) break;
    }
    EXPECT_GT(failed, 0U);
  }
};

TEST_F(ReplicaFaults, APromotionThatFailsIsTakenBack) {
  ino_t of_share = 0;
  for_each_fault(
      0,
      [&] {
        make_replica();
        of_share = inode_of(share("s-1"));
      },
      [&] { EXPECT_EQ(inode_of(share("s-1")), of_share); });
}

TEST_F(ReplicaFaults, APromotionThatFailedCanBeTriedAgain) {
  for (const long nth_exchange : {0, 1}) {
    for_each_fault(
        nth_exchange, [&] { make_replica(); },
        [&] {
          EXPECT_EQ(driver_->promote_share_replica("r-1").replica_state, "in_sync");
          EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
        });
  }
}

TEST_F(ReplicaFaults, LateWritesBeforeAPromotionThatFailsAreNotForgotten) {
  for (const long nth_exchange : {0, 1}) {
    for_each_fault(
        nth_exchange,
        [&] {
          make_replica();
          driver_->promote_share_replica("r-1");
          write_file(copy() / "late", "late");
        },
        [&] {
          expect_refused<ReplicaNotInSync>([&] { driver_->update_share_replica("r-1"); },
                                           "was written to after");
        });
  }
}

TEST_F(ReplicaFaults, APromotionThatCannotBeTakenBackIsRemembered) {
  for_each_fault(
      2, [&] { make_replica(); },
      [&] {
        EXPECT_TRUE(log_.contains("could not be taken back"));
        write_file(copy() / "late", "late");
        expect_refused<ReplicaNotInSync>([&] { driver_->update_share_replica("r-1"); },
                                         "was written to after");
      });
}

}  // namespace
}  // namespace hookwire::testing

#include <string>

#include "share/directory_test.h"
#include "share/failing_disk.h"

// A disk that fails while a replica is promoted.

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

#include "share/all_or_nothing.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

TEST_F(DirectoryAllOrNothing, AReplicaIsRemoved) {
  expect_all_or_nothing(
      [&](ShareDriver& driver) {
        make_share(driver);
        driver.create_share_replica("s-1", "r-1");
        driver.create_replicated_snapshot("s-1", "n-1");
      },
      [](ShareDriver& driver) { driver.delete_share_replica("r-1"); });
}

TEST_F(DirectoryAllOrNothing, AReplicatedSnapshotIsMadeAndRemoved) {
  const auto before = [&](ShareDriver& driver) {
    make_share(driver);
    for (const char* id : {"r-1", "r-2"}) driver.create_share_replica("s-1", id);
  };
  const auto make = [](ShareDriver& driver) { driver.create_replicated_snapshot("s-1", "n-1"); };
  expect_all_or_nothing(before, make);
  expect_all_or_nothing(
      [&](ShareDriver& driver) {
        before(driver);
        make(driver);
      },
      [](ShareDriver& driver) { driver.delete_replicated_snapshot("n-1"); });
}

TEST_F(DirectoryAllOrNothing, AReplicaGetsItsCopyOfASnapshot) {
  expect_all_or_nothing(
      [&](ShareDriver& driver) {
        make_share(driver);
        driver.create_share_replica("s-1", "r-1");
        driver.create_replicated_snapshot("s-1", "n-1");
        driver.create_share_replica("s-1", "r-2");
      },
      [](ShareDriver& driver) { driver.update_replicated_snapshot("r-2", "n-1"); });
}

// What a replica is in sync with may be forgotten by a kill, but is never wrong. Promotions are in
// replica_late_writes_test.cc.
class ReplicaAllOrNothing : public DirectoryAllOrNothing {
 protected:
  fs::path copy() const { return root() / "replicas" / "r-1" / "content"; }

  void expect_whole(const std::map<std::string, std::string>& old,
                    const std::map<std::string, std::string>& changed, const Work& before,
                    const Work& call) {
    std::size_t n = 1;
    for (;; ++n) {
      SCOPED_TRACE("killed in front of change " + std::to_string(n));
      prepare(before);
      if (!killed_at_change(n, [&] { make(call); })) break;
      start();
      EXPECT_EQ(tree(share("s-1")), changed) << "of the share nothing is ever lost";
      if (!fs::exists(copy())) continue;
      EXPECT_EQ(names_in(root() / "replicas" / "r-1"),
                (std::set<std::string>{"content", "snapshots"}));
      const auto copied = tree(copy());
      EXPECT_TRUE(copied == old || copied == changed);
      try {
        driver_->promote_share_replica("r-1");
        EXPECT_EQ(copied, changed) << "it was taken for in sync";
      } catch (const ReplicaNotInSync&) {
      }
      EXPECT_EQ(tree(share("s-1")), changed);
      EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
      EXPECT_EQ(tree(copy()), changed);
    }
    EXPECT_GT(n, 10U);
  }
};

TEST_F(ReplicaAllOrNothing, AReplicaIsMadeAndUpdated) {
  const auto before = [&](ShareDriver& driver) { make_share(driver); };
  const auto replicate = [&](ShareDriver& driver) {
    make_share(driver);
    driver.create_share_replica("s-1", "r-1");
    write_file(share("s-1") / "inner" / "file", "changed");
  };
  const std::map<std::string, std::string> old{{"inner", "/"}, {"inner/file", "content"}};
  const std::map<std::string, std::string> changed{{"inner", "/"}, {"inner/file", "changed"}};
  const auto create = [](ShareDriver& driver) { driver.create_share_replica("s-1", "r-1"); };
  const auto update = [](ShareDriver& driver) { driver.update_share_replica("r-1"); };
  expect_whole(old, old, before, create);
  expect_whole(old, changed, replicate, update);
}

TEST_F(ReplicaAllOrNothing, AReplicaStandsInForALostShare) {
  for (std::size_t n = 1;; ++n) {
    SCOPED_TRACE("killed in front of change " + std::to_string(n));
    prepare([&](ShareDriver& driver) {
      make_share(driver);
      driver.create_share_replica("s-1", "r-1");
      fs::remove_all(share("s-1"));
    });
    if (!killed_at_change(
            n, [&] { make([](ShareDriver& driver) { driver.promote_share_replica("r-1"); }); })) {
      EXPECT_GT(n, 3U);
      break;
    }
    start();
    EXPECT_NE(fs::exists(copy()), fs::exists(share("s-1"))) << "it is in one of both";
    if (fs::exists(copy())) driver_->promote_share_replica("r-1");
    EXPECT_EQ(read_file(share("s-1") / "inner" / "file"), "content");
  }
}

}  // namespace
}  // namespace hookwire::testing

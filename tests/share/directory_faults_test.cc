#include <functional>
#include <vector>

#include "share/directory_test.h"

// The driver cannot write its files: a folder stands where the new content would go.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class DirectoryFaults : public DirectoryTest {
 protected:
  DirectoryFaults() {
    create("s-1", 2);
    write_file(share("s-1") / "file", "content");
    driver_->create_snapshot("s-1", "snap-1");
    create("s-2", 2);
    driver_->allow_access("s-2", ip_rule("10.0.0.4"));
  }

  // Expects that `calls` change nothing while `name` cannot be written, and work afterwards.
  void expect_all_or_nothing(const std::string& name,
                             const std::vector<std::function<void()>>& calls) {
    const Value shares = to_value(driver_->share_instances());
    fs::create_directory(root() / name);
    for (const auto& call : calls) {
      expect_refused<ShareBackendException>(call, (root() / name).string());
    }
    EXPECT_EQ(to_value(driver_->share_instances()), shares);

    fs::remove(root() / name);
    for (const auto& call : calls) call();
    const auto after = tree(root());
    const Value shares_after = to_value(driver_->share_instances());
    restart();
    EXPECT_EQ(tree(root()), after);
    EXPECT_EQ(to_value(driver_->share_instances()), shares_after);
    EXPECT_FALSE(log_.contains("left alone"));
    EXPECT_FALSE(log_.contains("is gone"));
  }
};

TEST_F(DirectoryFaults, NothingIsChangedWhenTheStateCannotBeWritten) {
  fs::create_directories(root() / "import" / "share");
  fs::create_directories(root() / "import" / "snapshot");
  expect_all_or_nothing(
      "state.json.new",
      {
          [&] { create("s-3"); },
          [&] { driver_->extend_share("s-1", 3); },
          [&] { driver_->shrink_share("s-1", 1); },
          [&] { driver_->allow_access("s-1", ip_rule("10.0.0.4")); },
          [&] { driver_->deny_access("s-2", ip_rule("10.0.0.4")); },
          [&] { driver_->create_snapshot("s-1", "snap-2"); },
          [&] { driver_->update_access("s-2", {user_rule("alice")}, {}, {}); },
          [&] { driver_->manage_snapshot("s-1", "snap-3", "import/snapshot", {}); },
          [&] { driver_->manage_share("s-4", 1, "NFS", "import/share", {}, {}); },
          [&] { driver_->delete_snapshot("snap-1"); },
          [&] { driver_->delete_share_instance("s-2"); },
      });
}

TEST_F(DirectoryFaults, NothingIsLetGoOfWhenTheStateCannotBeWritten) {
  fs::create_directory(root() / "state.json.new");
  expect_refused<ShareBackendException>([&] { driver_->unmanage_snapshot("snap-1"); },
                                        "state.json.new");
  expect_refused<ShareBackendException>([&] { driver_->unmanage_share("s-2"); }, "state.json.new");
  fs::remove(root() / "state.json.new");
  EXPECT_EQ(driver_->share_instances().size(), 2U);
  driver_->unmanage_snapshot("snap-1");
  driver_->unmanage_share("s-2");
  EXPECT_EQ(driver_->share_instances().size(), 1U);
}

TEST_F(DirectoryFaults, NothingIsChangedWhenTheExportsCannotBeWritten) {
  expect_all_or_nothing("exports.new",
                        {
                            [&] { driver_->allow_access("s-1", ip_rule("10.0.0.4")); },
                            [&] { driver_->deny_access("s-2", ip_rule("10.0.0.4")); },
                            [&] {
                              driver_->allow_access("s-2", ip_rule("10.0.0.5"));
                              driver_->delete_share_instance("s-2");
                            },
                        });
}

// The exports file got the new rules before it failed, and could not be put back.
TEST_F(DirectoryFaults, TheSameRulesAgainAreWrittenAgain) {
  fs::create_directory(root() / "exports.new");
  EXPECT_THROW(driver_->update_access("s-2", {}, {}, {}), ShareBackendException);
  write_file(root() / "exports", "# what became of it is not known\n");
  const std::vector<Access> rules{ip_rule("10.0.0.4")};
  EXPECT_THROW(driver_->update_access("s-2", rules, {}, {}), ShareBackendException);
  fs::remove(root() / "exports.new");
  driver_->update_access("s-2", rules, {}, {});
  EXPECT_THAT(exports(), ::testing::HasSubstr("10.0.0.4("));
}

TEST_F(DirectoryFaults, AShareThatCannotBePutInPlaceIsNotMade) {
  fs::rename(root() / "shares", root() / "elsewhere");
  EXPECT_THROW(create("s-3"), ShareBackendException);
  fs::rename(root() / "elsewhere", root() / "shares");
  EXPECT_EQ(driver_->share_instances().size(), 2U);
  create("s-3");
}

TEST_F(DirectoryFaults, AFolderThatCannotBeMovedIsNotTakenOver) {
  fs::create_directories(root() / "import" / "inner");
  fs::rename(root() / "shares", root() / "elsewhere");
  EXPECT_THROW(driver_->manage_share("s-3", 1, "NFS", "import", std::nullopt, {}),
               ShareBackendException);
  fs::rename(root() / "elsewhere", root() / "shares");
  EXPECT_TRUE(fs::exists(root() / "import" / "inner"));
  EXPECT_EQ(driver_->share_instances().size(), 2U);
  driver_->manage_share("s-3", 1, "NFS", "import", std::nullopt, {});
  EXPECT_TRUE(fs::exists(share("s-3") / "inner"));
}

}  // namespace
}  // namespace hookwire::testing

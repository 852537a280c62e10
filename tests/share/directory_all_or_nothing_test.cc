#include "share/all_or_nothing.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

TEST_F(DirectoryAllOrNothing, AShareIsMade) {
  expect_all_or_nothing(
      [](ShareDriver&) {},
      [](ShareDriver& driver) {
        driver.create_share_instance("s-1", 1, "NFS", std::nullopt, {{"mode", "0550"}});
      });
}

TEST_F(DirectoryAllOrNothing, AShareIsRemoved) {
  expect_all_or_nothing([&](ShareDriver& driver) { make_share(driver); },
                        [](ShareDriver& driver) { driver.delete_share_instance("s-1"); });
}

TEST_F(DirectoryAllOrNothing, RulesAreUpdated) {
  expect_all_or_nothing(
      [&](ShareDriver& driver) { make_share(driver); },
      [](ShareDriver& driver) { driver.update_access("s-1", {ip_rule("10.0.0.4")}, {}, {}); });
}

TEST_F(DirectoryAllOrNothing, ASnapshotIsMade) {
  expect_all_or_nothing([&](ShareDriver& driver) { make_share(driver); },
                        [](ShareDriver& driver) { driver.create_snapshot("s-1", "n-1"); });
}

TEST_F(DirectoryAllOrNothing, AShareIsReverted) {
  expect_all_or_nothing(
      [&](ShareDriver& driver) {
        make_share(driver);
        driver.create_snapshot("s-1", "n-1");
        write_file(share("s-1") / "inner" / "file", "changed");
      },
      [](ShareDriver& driver) { driver.revert_to_snapshot("s-1", "n-1"); });
}

TEST_F(DirectoryAllOrNothing, AFolderBecomesAShare) {
  expect_all_or_nothing([&](ShareDriver&) { make_folder("import"); },
                        [](ShareDriver& driver) {
                          driver.manage_share("s-1", 1, "NFS", "import", std::nullopt, {});
                        });
}

TEST_F(DirectoryAllOrNothing, AFolderBecomesASnapshot) {
  expect_all_or_nothing(
      [&](ShareDriver& driver) {
        make_share(driver);
        make_folder("import");
      },
      [](ShareDriver& driver) { driver.manage_snapshot("s-1", "n-1", "import", {}); });
}

TEST_F(DirectoryAllOrNothing, AShareAndASnapshotAreLetGo) {
  const auto before = [&](ShareDriver& driver) {
    make_share(driver);
    driver.create_snapshot("s-1", "n-1");
  };
  expect_all_or_nothing(before, [](ShareDriver& driver) { driver.unmanage_snapshot("n-1"); });
  expect_all_or_nothing([&](ShareDriver& driver) { make_share(driver); },
                        [](ShareDriver& driver) { driver.unmanage_share("s-1"); });
}

TEST_F(DirectoryAllOrNothing, AShareServerIsSetUpWithItsFirstShare) {
  expect_all_or_nothing(
      [](ShareDriver&) {},
      [](ShareDriver& driver) { driver.create_share_instance("s-1", 1, "NFS", "v-1", {}); });
}

TEST_F(DirectoryAllOrNothing, AShareServerIsRemoved) {
  expect_all_or_nothing(
      [](ShareDriver& driver) {
        driver.create_share_instance("s-1", 1, "NFS", "v-1", {});
        driver.delete_share_instance("s-1");
      },
      [](ShareDriver& driver) { driver.delete_share_server("v-1"); });
}

// Of a share with the same id, whose removal never ended, the server's folder has an old copy.
TEST_F(DirectoryAllOrNothing, AShareIsRemovedOfAServerThatWasPutBack) {
  expect_all_or_nothing(
      [&](ShareDriver& driver) {
        driver.create_share_instance("s-1", 1, "NFS", "v-1", {});
        make_folder("servers/v-1/s-1/new");
        make_folder("servers/v-1/.work.70.s-1/old");
        fs::rename(server("v-1"), root() / "servers" / ".work.80.v-1");
      },
      [](ShareDriver& driver) { driver.delete_share_instance("s-1"); });
}

TEST_F(DirectoryAllOrNothing, AFolderBecomesAShareServer) {
  expect_all_or_nothing(
      [&](ShareDriver&) { make_folder("import"); },
      [](ShareDriver& driver) { driver.manage_share_server("v-1", "import", {}); });
}

}  // namespace
}  // namespace hookwire::testing

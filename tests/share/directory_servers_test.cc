#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DirectoryServers : public DirectoryTest {
 protected:
  std::vector<std::string> create_on(const std::string& server_id, const std::string& id,
                                     const DriverOptions& options = {}) {
    return driver_->create_share_instance(id, 1, "NFS", server_id, options);
  }
  void make_folder(const fs::path& name) {
    fs::create_directories(root() / name);
    write_file(root() / name / "file", "content");
  }
  void expect_not_managed(const std::string& identifier, const std::string& part) {
    SCOPED_TRACE(identifier);
    expect_refused<ManageInvalidShareServer>(
        [&] { driver_->manage_share_server("v-9", identifier, {}); }, part);
  }
};

TEST_F(DirectoryServers, TheFirstShareSetsUpItsServerAndOthersJoinIt) {
  EXPECT_THAT(create_on("v-1", "s-1", {{"mode", "0711"}}),
              ElementsAre("nas01:" + (server("v-1") / "s-1").string()));
  create_on("v-1", "s-2");
  create_on("v-2", "s-3");
  create("s-4");

  EXPECT_EQ(names_in(root() / "servers"), (std::set<std::string>{"v-1", "v-2"}));
  EXPECT_EQ(names_in(server("v-1")), (std::set<std::string>{"s-1", "s-2"}));
  EXPECT_EQ(names_in(server("v-2")), std::set<std::string>{"s-3"});
  EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>{"s-4"});
  EXPECT_EQ(fs::status(server("v-1")).permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(server("v-1") / "s-1").permissions(), fs::perms(0711));
  EXPECT_EQ(instance("s-1").metadata.at("share_server_id"), Value("v-1"));

  const auto before = tree(root());
  restart();
  EXPECT_EQ(tree(root()), before);
  EXPECT_FALSE(log_.contains("interrupted"));
  EXPECT_FALSE(log_.contains("left alone"));
}

TEST_F(DirectoryServers, ShareIdsAreOfOneSpace) {
  create_on("v-1", "s-1");
  expect_refused<ShareExists>([&] { create_on("v-2", "s-1"); }, "'s-1'");
  expect_refused<ShareExists>([&] { create("s-1"); }, "'s-1'");
  expect_refused<InvalidShareInput>([&] { create_on("..", "s-2"); }, "'share_server_id'");
}

TEST_F(DirectoryServers, AShareOnAServerDoesWhatAnyShareDoes) {
  create_on("v-1", "s-1");
  const fs::path content = server("v-1") / "s-1";
  write_file(content / "file", "first");
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  EXPECT_THAT(exports(), HasSubstr(content.string() + " 10.0.0.4("));
  driver_->extend_share("s-1", 2);
  driver_->shrink_share("s-1", 1);
  driver_->create_snapshot("s-1", "n-1");
  write_file(content / "file", "second");
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(read_file(content / "file"), "first");
  const auto described = driver_->get_periodic_hook_data(driver_->share_instances());
  EXPECT_EQ(described.at(0).metadata.count("used_bytes"), 1U);
  driver_->unmanage_snapshot("n-1");
  driver_->unmanage_share("s-1");
  driver_->manage_share("s-2", 1, "NFS", "servers/v-1/s-1", "v-1", {});
  EXPECT_EQ(read_file(server("v-1") / "s-2" / "file"), "first");
  driver_->delete_share_instance("s-2");
  EXPECT_TRUE(fs::is_empty(server("v-1")));
}

TEST_F(DirectoryServers, AServerIsDeletedOnceItHasNoShares) {
  create_on("v-1", "s-1");
  expect_refused<ShareServerInUse>([&] { driver_->delete_share_server("v-1"); },
                                   "share 's-1' is on it");
  expect_refused<ShareServerInUse>([&] { driver_->unmanage_share_server("v-1"); },
                                   "share 's-1' is on it");
  driver_->unmanage_share("s-1");
  expect_refused<ShareServerInUse>([&] { driver_->delete_share_server("v-1"); },
                                   "its folder holds 's-1', which is no share: move it away");
  fs::remove(server("v-1") / "s-1");
  driver_->delete_share_server("v-1");
  EXPECT_TRUE(fs::is_empty(root() / "servers"));
  expect_refused<ShareServerNotFound>([&] { driver_->delete_share_server("v-1"); }, "'v-1'");
  expect_refused<InvalidShareInput>([&] { driver_->delete_share_server(""); }, "'share_server_id'");
  create_on("v-1", "s-1");
}

TEST_F(DirectoryServers, AFolderBecomesAServerAndWhatIsInItShares) {
  make_folder("old/data");
  const ShareServer managed = driver_->manage_share_server("v-1", "old", {});
  EXPECT_EQ(managed.share_server_id, "v-1");
  EXPECT_EQ(managed.identifier, server("v-1").string());
  EXPECT_FALSE(fs::exists(root() / "old"));
  EXPECT_THAT(driver_->manage_share("s-1", 1, "NFS", managed.identifier + "/data", "v-1", {}),
              ElementsAre("nas01:" + (server("v-1") / "s-1").string()));
  EXPECT_EQ(read_file(server("v-1") / "s-1" / "file"), "content");
  restart();
  EXPECT_EQ(instance("s-1").metadata.at("share_server_id"), Value("v-1"));
}

TEST_F(DirectoryServers, AnUnmanagedServerStaysOnDiskAndCanComeBack) {
  create_on("v-1", "s-1");
  driver_->delete_share_instance("s-1");
  driver_->unmanage_share_server("v-1");
  EXPECT_TRUE(fs::is_directory(server("v-1")));
  expect_refused<ShareServerNotFound>([&] { driver_->unmanage_share_server("v-1"); }, "'v-1'");
  expect_refused<ShareBackendException>([&] { create_on("v-1", "s-1"); }, "move it away");
  driver_->manage_share_server("v-1", "servers/v-1", {});
  create_on("v-1", "s-1");
}

TEST_F(DirectoryServers, OnlyAFreeFolderBecomesAServer) {
  create_on("v-1", "s-1");
  create("s-2");
  make_folder("old");
  fs::create_directory_symlink(root() / "old", root() / "alias");
  expect_refused<ShareServerExists>([&] { driver_->manage_share_server("v-1", "old", {}); },
                                    "'v-1'");
  expect_refused<InvalidShareInput>([&] { driver_->manage_share_server("v/1", "old", {}); },
                                    "'share_server_id'");
  expect_refused<InvalidShareInput>([&] { driver_->manage_share_server("v-9", "", {}); },
                                    "'identifier'");
  expect_refused<InvalidShareInput>(
      [&] {
        driver_->manage_share_server("v-9", "old", {{"a", "b"}});
      },
      "'driver_options'");
  expect_not_managed("missing", "does not exist");
  expect_not_managed("alias", "is a symbolic link");
  expect_not_managed("servers/v-1", "holds share 's-1'");
  expect_not_managed("servers/v-1/s-1", "is, or lies in, share 's-1'");
  expect_not_managed("servers", "holds share 's-1'");
  expect_not_managed("shares", "holds share 's-2'");
  driver_->delete_share_instance("s-1");
  expect_not_managed("servers/v-1", "is share server 'v-1'");
  expect_not_managed("servers", "is the driver's own folder");
}

TEST_F(DirectoryServers, AShareIsManagedOnlyOnAKnownServer) {
  make_folder("old");
  expect_refused<ShareServerNotFound>(
      [&] { driver_->manage_share("s-1", 1, "NFS", "old", "v-1", {}); }, "'v-1'");
}

TEST_F(DirectoryServers, WhatIsThereUnderANewServersIdIsNotTouched) {
  make_folder("servers/v-1");
  expect_refused<ShareBackendException>([&] { create_on("v-1", "s-1"); }, "move it away");
}

TEST_F(DirectoryServers, AServerHalfMadeIsRemovedAndOneHalfRemovedIsPutBack) {
  create_on("v-1", "s-1");
  const auto before = tree(root());
  driver_.reset();
  fs::create_directories(root() / "servers" / ".work.7.v-2" / "s-2");
  fs::rename(server("v-1"), root() / "servers" / ".work.8.v-1");
  start();
  EXPECT_EQ(tree(root()), before);
  create_on("v-2", "s-2");
}

// A state of format 1, where shares of servers lay among the others and servers were not known.
class DirectoryFirstFormat : public DirectoryServers {
 protected:
  DirectoryFirstFormat() {
    for (const char* id : {"s-1", "s-2"}) {
      create(id);
      write_file(share(id) / "file", id);
    }
    driver_->create_snapshot("s-1", "n-1");
    driver_.reset();
    write_file(root() / "state.json", R"({"format":1,"shares":{
      "s-1":{"size_gb":1,"share_proto":"NFS","access_rules":[],"share_server_id":"v-1"},
      "s-2":{"size_gb":1,"share_proto":"NFS","access_rules":[]}},
      "snapshots":{"n-1":{"share_id":"s-1","size_bytes":3}}})");
    fs::remove_all(root() / "servers");
  }
};

TEST_F(DirectoryFirstFormat, ASharesContentStaysWhereItIs) {
  fs::rename(share("s-1"), root() / "shares" / ".work.7.s-1");  // it was killed in a removal
  start();
  EXPECT_EQ(read_file(share("s-1") / "file"), "s-1");
  EXPECT_FALSE(log_.contains("is gone"));
  EXPECT_FALSE(log_.contains("left alone"));
  EXPECT_THAT(instance("s-1").export_locations, ElementsAre("nas01:" + share("s-1").string()));
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  EXPECT_THAT(exports(), HasSubstr(share("s-1").string() + " 10.0.0.4("));
  EXPECT_THAT(read_file(root() / "state.json"), HasSubstr("\"format\": 2"));
  restart();
  write_file(share("s-1") / "file", "changed");
  driver_->revert_to_snapshot("s-1", "n-1");
  EXPECT_EQ(read_file(share("s-1") / "file"), "s-1");
  expect_refused<ShareServerInUse>([&] { driver_->delete_share_server("v-1"); }, "'s-1'");
}

TEST_F(DirectoryFirstFormat, AnUpgradeNeedsNoInitHost) {
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  driver_->extend_share("s-2", 2);
  create_on("v-1", "s-3");
  EXPECT_TRUE(fs::is_directory(server("v-1") / "s-3"));
  restart();
  EXPECT_FALSE(log_.contains("is gone"));
  driver_->delete_snapshot("n-1");
  driver_->delete_share_instance("s-1");
  driver_->delete_share_instance("s-3");
  EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>{"s-2"});
  driver_->delete_share_server("v-1");
  EXPECT_TRUE(fs::is_empty(root() / "servers"));
}

TEST_F(DirectoryFirstFormat, AShareComesIntoTheFolderOfItsServerWhenItIsManagedAgain) {
  start();
  driver_->delete_snapshot("n-1");
  driver_->unmanage_share("s-1");
  driver_->manage_share("s-1", 1, "NFS", "shares/s-1", "v-1", {});
  restart();
  EXPECT_EQ(read_file(server("v-1") / "s-1" / "file"), "s-1");
}

TEST_F(DirectoryServers, AFolderWithNamesOfTheDriversOwnDoesNotBecomeAServer) {
  make_folder("old/.work.5.s-1");
  expect_not_managed("old", "holds '.work.5.s-1', a name that the driver gives: rename it");
  fs::rename(root() / "old" / ".work.5.s-1", root() / "old" / ".part.6.s-1");
  expect_not_managed("old", "holds '.part.6.s-1'");
  fs::rename(root() / "old" / ".part.6.s-1", root() / "old" / ".work.notes");
  driver_->manage_share_server("v-1", "old", {});
  create_on("v-1", "s-1");
  restart();
  EXPECT_EQ(read_file(server("v-1") / ".work.notes" / "file"), "content");
  driver_->delete_share_instance("s-1");
  expect_refused<ShareServerInUse>([&] { driver_->delete_share_server("v-1"); },
                                   "holds '.work.notes'");
  driver_->manage_share("s-2", 1, "NFS", "servers/v-1/.work.notes", "v-1", {});
  EXPECT_EQ(read_file(server("v-1") / "s-2" / "file"), "content");
}

TEST_F(DirectoryServers, AServerWhoseFolderIsGoneIsNotLetGoOf) {
  create_on("v-1", "s-1");
  driver_->delete_share_instance("s-1");
  fs::rename(server("v-1"), root() / "servers" / ".work.900.v-1");
  expect_refused<ShareBackendException>([&] { driver_->unmanage_share_server("v-1"); },
                                        server("v-1").string() + " is gone");
  restart();
  driver_->unmanage_share_server("v-1");
  EXPECT_TRUE(fs::exists(server("v-1")));
}

TEST_F(DirectoryServers, NothingIsChangedWhenTheStateCannotBeWritten) {
  create_on("v-1", "s-1");
  driver_->delete_share_instance("s-1");
  make_folder("old");
  fs::create_directory(root() / "state.json.new");
  const auto expect_fault = [&](auto&& call) {
    expect_refused<ShareBackendException>(call, "state.json.new");
  };
  expect_fault([&] { create_on("v-1", "s-2"); });
  expect_fault([&] { create_on("v-2", "s-2"); });
  expect_fault([&] { driver_->delete_share_server("v-1"); });
  expect_fault([&] { driver_->unmanage_share_server("v-1"); });
  expect_fault([&] { driver_->manage_share_server("v-3", "old", {}); });
  fs::remove(root() / "state.json.new");
  create_on("v-2", "s-2");
  driver_->delete_share_server("v-1");
  driver_->manage_share_server("v-3", "old", {});
  driver_->unmanage_share_server("v-3");
}

}  // namespace
}  // namespace hookwire::testing

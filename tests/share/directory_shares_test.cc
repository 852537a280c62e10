#include <cstdint>

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using DirectoryShares = DirectoryTest;

// Written for real, since holes use nothing.
void fill(const fs::path& path, std::size_t bytes) {
  write_file(path, std::string(bytes, 'x'));
}

void make_sparse(const fs::path& path, std::uint64_t bytes) {
  write_file(path, "");
  fs::resize_file(path, bytes);
}

TEST_F(DirectoryShares, AFreshRootIsPrivateAndEmpty) {
  EXPECT_EQ(fs::status(root()).permissions(), fs::perms::owner_all);
  EXPECT_THAT(driver_->share_instances(), ElementsAre());
  EXPECT_TRUE(log_.contains("holds 0 shares and 0 snapshots"));
}

TEST_F(DirectoryShares, ACreatedShareIsAnEmptyFolderToBeMounted) {
  const auto locations = create("s-1", 3);

  EXPECT_THAT(locations, ElementsAre("nas01:" + share("s-1").string()));
  EXPECT_TRUE(fs::is_empty(share("s-1")));
  EXPECT_EQ(fs::status(share("s-1")).permissions(), fs::perms(0755));
  EXPECT_EQ(instance("s-1").size_gb, 3U);
  EXPECT_EQ(instance("s-1").share_proto, "NFS");
  EXPECT_EQ(instance("s-1").export_locations, locations);
}

TEST_F(DirectoryShares, ACifsShareHasACifsLocationAndTheProtocolMayBeInAnyCase) {
  EXPECT_THAT(create("s-1", 1, "cifs"), ElementsAre("\\\\nas01\\s-1"));
  EXPECT_EQ(instance("s-1").share_proto, "CIFS");
}

TEST_F(DirectoryShares, ModeAndShareServerAreTakenFromTheCall) {
  driver_->create_share_instance("s-1", 1, "NFS", "server-1", {{"mode", "2770"}});
  EXPECT_EQ(fs::status(server("server-1") / "s-1").permissions(), fs::perms(02770));
  EXPECT_EQ(instance("s-1").metadata.at("share_server_id"), Value("server-1"));
}

TEST_F(DirectoryShares, AShareIsCreatedOnce) {
  create("s-1");
  write_file(share("s-1") / "kept", "content");
  expect_refused<ShareExists>([&] { create("s-1", 9); }, "share 's-1' exists already");
}

TEST_F(DirectoryShares, AShareIsNotMadeOfWhatLiesInItsPlace) {
  fs::create_directory(share("s-1"));
  write_file(share("s-1") / "foreign", "content");
  expect_refused<ShareBackendException>([&] { create("s-1"); }, "state.json does not know it");
}

TEST_F(DirectoryShares, ADeletedShareIsGoneWithItsContent) {
  create("s-1");
  create("s-2");
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  write_file(share("s-1") / "file", "content");

  driver_->delete_share_instance("s-1");

  EXPECT_THAT(tree(root() / "shares"), ElementsAre(std::pair("s-2", "/")));
  EXPECT_EQ(driver_->share_instances().size(), 1U);
  EXPECT_THAT(exports(), ::testing::Not(HasSubstr("s-1")));
  create("s-1");
  EXPECT_TRUE(fs::is_empty(share("s-1")));
}

TEST_F(DirectoryShares, OnlyAKnownShareIsDeleted) {
  expect_refused<ShareNotFound>([&] { driver_->delete_share_instance("s-9"); }, "'s-9'");
}

TEST_F(DirectoryShares, AShareWhoseFolderIsGoneCanBeDeleted) {
  create("s-1");
  fs::remove(share("s-1"));
  driver_->delete_share_instance("s-1");
  EXPECT_TRUE(driver_->share_instances().empty());
  EXPECT_TRUE(log_.contains("s-1 was gone already"));
}

TEST_F(DirectoryShares, AnExtendedShareIsGreaterThoughTheDiskIsNot) {
  create("s-1");
  driver_->extend_share("s-1", 1'048'576);
  EXPECT_EQ(instance("s-1").size_gb, 1'048'576U);
}

TEST_F(DirectoryShares, ExtendingMakesAShareGreater) {
  create("s-1", 2);
  expect_refused<InvalidShareInput>([&] { driver_->extend_share("s-1", 2); },
                                    "must be greater than the 2 GB");
  expect_refused<InvalidShareInput>([&] { driver_->extend_share("s-1", 1); }, "found 1");
  expect_refused<ShareNotFound>([&] { driver_->extend_share("s-9", 3); }, "'s-9'");
}

TEST_F(DirectoryShares, AShrunkShareIsSmaller) {
  create("s-1", 5);
  fill(share("s-1") / "file", 100'000);
  driver_->shrink_share("s-1", 1);
  EXPECT_EQ(instance("s-1").size_gb, 1U);
}

TEST_F(DirectoryShares, ShrinkingMakesAShareSmaller) {
  create("s-1", 2);
  expect_refused<InvalidShareInput>([&] { driver_->shrink_share("s-1", 2); },
                                    "must be smaller than the 2 GB");
  expect_refused<InvalidShareInput>([&] { driver_->shrink_share("s-1", 5); }, "found 5");
  expect_refused<ShareNotFound>([&] { driver_->shrink_share("s-9", 1); }, "'s-9'");
}

TEST_F(DirectoryShares, HolesDoNotKeepAShareFromShrinking) {
  create("s-1", 5);
  make_sparse(share("s-1") / "hole", std::uint64_t{4} << 30);
  driver_->shrink_share("s-1", 1);
  EXPECT_EQ(instance("s-1").size_gb, 1U);
}

TEST_F(DirectoryShares, PeriodicDataTellsWhatIsUsedAndHowManySnapshotsThereAre) {
  create("s-1");
  fill(share("s-1") / "file", 64 * 1024);
  driver_->create_snapshot("s-1", "snap-1");
  driver_->create_snapshot("s-1", "snap-2");
  create("s-2");

  const auto data = driver_->get_periodic_hook_data(driver_->share_instances());

  ASSERT_EQ(data.size(), 2U);
  EXPECT_GE(*data[0].metadata.at("used_bytes").unsigned_integer(), 64U * 1024U);
  EXPECT_EQ(data[0].metadata.at("snapshot_count"), Value(2));
  EXPECT_EQ(data[1].metadata.at("used_bytes"), Value(0));
  EXPECT_EQ(data[1].metadata.at("snapshot_count"), Value(0));
}

TEST_F(DirectoryShares, PeriodicDataLeavesUnknownSharesAndWhatIsThereAndDropsKeys) {
  create("s-1");
  const ShareInstance known{.share_id = "s-1",
                            .size_gb = 1,
                            .share_proto = "NFS",
                            .export_locations = {},
                            .access_rules = {{"user", "alice", "rw", "secret"}},
                            .metadata = {{"owner", "me"}}};
  ShareInstance unknown = known;
  unknown.share_id = "../s-1";

  const auto data = driver_->get_periodic_hook_data({known, unknown});

  EXPECT_EQ(data[0].metadata.at("owner"), Value("me"));
  EXPECT_EQ(data[0].metadata.count("used_bytes"), 1U);
  EXPECT_EQ(data[0].access_rules[0].access_key, "");
  EXPECT_EQ(data[1].metadata, unknown.metadata);
  EXPECT_EQ(data[1].access_rules[0].access_key, "");
}

TEST_F(DirectoryShares, PeriodicDataGoesOnWhenAShareCannotBeCounted) {
  create("s-1");
  create("s-2");
  fs::remove(share("s-1"));
  const auto data = driver_->get_periodic_hook_data(driver_->share_instances());
  EXPECT_EQ(data[0].metadata.count("used_bytes"), 0U);
  EXPECT_EQ(data[1].metadata.count("used_bytes"), 1U);
  EXPECT_TRUE(log_.contains("what share 's-1' uses could not be counted"));
}

TEST_F(DirectoryShares, CapabilitiesTellTheFileSystemsRoom) {
  const Capabilities capabilities = driver_->publish_service_capabilities();
  const fs::space_info space = fs::space(root());
  EXPECT_EQ(capabilities.share_backend_name, "gold");
  EXPECT_EQ(capabilities.storage_protocol, "NFS_CIFS");
  EXPECT_TRUE(capabilities.snapshot_support);
  EXPECT_FALSE(capabilities.driver_version.empty());
  EXPECT_NEAR(capabilities.total_capacity_gb, static_cast<double>(space.capacity) / (1 << 30), 0.1);
  EXPECT_GT(capabilities.free_capacity_gb, 0);
  EXPECT_LE(capabilities.free_capacity_gb, capabilities.total_capacity_gb);
}

}  // namespace
}  // namespace hookwire::testing

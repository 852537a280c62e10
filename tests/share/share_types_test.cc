#include "hookwire/share/share_types.h"

#include <gtest/gtest.h>

#include "hookwire/base/from_value.h"

namespace hookwire::testing {
namespace {

TEST(ShareTypes, AnAccessRuleIsSeenByItsNames) {
  const Access access{"ip", "10.0.0.4", "rw", "secret"};
  EXPECT_EQ(to_value(access), Value(Value::Map{{"access_type", "ip"},
                                               {"access_to", "10.0.0.4"},
                                               {"access_level", "rw"},
                                               {"access_key", "secret"}}));
}

TEST(ShareTypes, AnAccessRuleWithoutAKeyShowsNone) {
  EXPECT_EQ(
      to_value(Access{"user", "alice", "ro", ""}),
      Value(Value::Map{{"access_type", "user"}, {"access_to", "alice"}, {"access_level", "ro"}}));
}

TEST(ShareTypes, AShareIsSeenWithRulesAndMetadata) {
  const ShareInstance share{.share_id = "s-1",
                            .size_gb = 2,
                            .share_proto = "NFS",
                            .export_locations = {"nas01:/s-1"},
                            .access_rules = {{"user", "alice", "ro", ""}},
                            .metadata = {{"used_bytes", Value(std::uint64_t{4096})}}};
  const Value seen = to_value(share);
  EXPECT_EQ(seen.map()->size(), 6U);
  EXPECT_EQ(*seen.find("share_id"), Value("s-1"));
  EXPECT_EQ(*seen.find("size_gb"), Value(2));
  EXPECT_EQ(*seen.find("share_proto"), Value("NFS"));
  EXPECT_EQ(*seen.find("export_locations"), Value(Value::List{"nas01:/s-1"}));
  EXPECT_EQ(*seen.find("access_rules"), to_value(share.access_rules));
  EXPECT_EQ(*seen.find("metadata"), Value(Value::Map{{"used_bytes", 4096}}));
}

TEST(ShareTypes, ASnapshotIsSeenByItsNames) {
  EXPECT_EQ(to_value(Snapshot{"snap-1", "s-1", 7, "/r/snapshots/snap-1"}),
            Value(Value::Map{{"snapshot_id", "snap-1"},
                             {"share_id", "s-1"},
                             {"size_bytes", 7},
                             {"provider_location", "/r/snapshots/snap-1"}}));
}

TEST(ShareTypes, CapabilitiesAreSeenByTheirNames) {
  EXPECT_EQ(to_value(Capabilities{"gold", "1.0", "NFS", 10.5, 2.25, true}),
            Value(Value::Map{{"share_backend_name", "gold"},
                             {"driver_version", "1.0"},
                             {"storage_protocol", "NFS"},
                             {"total_capacity_gb", 10.5},
                             {"free_capacity_gb", 2.25},
                             {"snapshot_support", true}}));
}

template <class T>
Value there_and_back(const T& value) {
  T read;
  from_value(to_value(value), "it", read);
  return to_value(read);
}

TEST(ShareTypes, EveryTypeIsReadFromThePlainValueThatItShows) {
  const ShareInstance share{.share_id = "s-1",
                            .size_gb = 2,
                            .share_proto = "NFS",
                            .export_locations = {"nas01:/s-1"},
                            .access_rules = {{"user", "alice", "ro", "key"}},
                            .metadata = {{"used_bytes", Value(std::uint64_t{4096})}}};
  EXPECT_EQ(there_and_back(share), to_value(share));
  const Snapshot snapshot{"snap-1", "s-1", 7, "/r/snapshots/snap-1"};
  EXPECT_EQ(there_and_back(snapshot), to_value(snapshot));
  const ShareServer server{"v-1", "/r/servers/v-1"};
  EXPECT_EQ(there_and_back(server), to_value(server));
  const Replica replica{"r-1", "s-1", "in_sync", "/r/replicas/r-1/content"};
  EXPECT_EQ(there_and_back(replica), to_value(replica));
  const ReplicaSnapshot copy{"r-1", "snap-1", "available", "/r/replicas/r-1/snapshots/snap-1"};
  EXPECT_EQ(there_and_back(copy), to_value(copy));
  const ShareServerMigrationCompatibility fit{false, true, false, true, false, true, "why"};
  EXPECT_EQ(there_and_back(fit), to_value(fit));
  EXPECT_EQ(there_and_back(ShareServerMigrationProgress{40}),
            to_value(ShareServerMigrationProgress{40}));
  const Capabilities capabilities{"gold", "1.0", "NFS", 10.5, 2.25, true};
  EXPECT_EQ(there_and_back(capabilities), to_value(capabilities));
}

}  // namespace
}  // namespace hookwire::testing

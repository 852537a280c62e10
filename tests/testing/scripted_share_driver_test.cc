#include "hookwire/testing/scripted_share_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/share/hooked_share_driver.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ScriptedShares : public ::testing::Test {
 protected:
  FakeClock clock_;
  CapturingLog log_;
  ScriptedShareDriver driver_;
  HookChain chain_{clock_, log_};
  HookedShareDriver shares_{driver_, chain_};
  const Context context_;
  const Access access_{"user", "alice", "rw", ""};
};

TEST_F(ScriptedShares, EveryMethodThatHooksSeeIsNotedUnderTheNameTheySee) {
  shares_.init_host(context_);
  EXPECT_THAT(shares_.create_share_instance(context_, "s-1", 1, "NFS"),
              ElementsAre("scripted:/s-1"));
  shares_.delete_share_instance(context_, "s-1");
  shares_.extend_share(context_, "s-1", 2);
  shares_.shrink_share(context_, "s-1", 1);
  EXPECT_EQ(shares_.allow_access(context_, "s-1", access_), std::nullopt);
  shares_.deny_access(context_, "s-1", access_);
  EXPECT_THAT(shares_.update_access(context_, "s-1", {access_}), ElementsAre(access_));
  EXPECT_EQ(shares_.create_snapshot(context_, "s-1", "n-1").provider_location, "scripted:/n-1");
  shares_.delete_snapshot(context_, "n-1");
  shares_.revert_to_snapshot(context_, "s-1", "n-1");
  EXPECT_THAT(shares_.manage_share(context_, "s-2", 1, "NFS", "old"), ElementsAre("scripted:/s-2"));
  shares_.unmanage_share(context_, "s-2");
  EXPECT_EQ(shares_.manage_snapshot(context_, "s-1", "n-2", "old").share_id, "s-1");
  shares_.unmanage_snapshot(context_, "n-2");
  shares_.delete_share_server(context_, "v-1");
  EXPECT_EQ(shares_.manage_share_server(context_, "v-1", "old").identifier, "scripted:/v-1");
  shares_.unmanage_share_server(context_, "v-1");
  EXPECT_EQ(shares_.create_share_replica(context_, "s-1", "r-1").replica_state, "in_sync");
  shares_.delete_share_replica(context_, "r-1");
  EXPECT_EQ(shares_.promote_share_replica(context_, "r-1").share_id, "s-1");
  EXPECT_EQ(shares_.update_share_replica(context_, "r-1").provider_location, "scripted:/r-1");
  EXPECT_EQ(shares_.create_replicated_snapshot(context_, "s-1", "n-3").at(0).replica_id, "r-1");
  shares_.delete_replicated_snapshot(context_, "n-3");
  EXPECT_EQ(shares_.update_replicated_snapshot(context_, "r-1", "n-3").status, "available");
  EXPECT_TRUE(shares_.share_server_migration_check_compatibility(context_, "v-1", "/b").compatible);
  shares_.share_server_migration_start(context_, "v-1", "/b");
  EXPECT_TRUE(shares_.share_server_migration_continue(context_, "v-1"));
  EXPECT_THAT(shares_.share_server_migration_complete(context_, "v-1"), IsEmpty());
  shares_.share_server_migration_cancel(context_, "v-1");
  EXPECT_EQ(shares_.share_server_migration_get_progress(context_, "v-1").total_progress, 100U);
  EXPECT_EQ(shares_.publish_service_capabilities(context_).share_backend_name, "scripted");
  EXPECT_THAT(shares_.get_periodic_hook_data(context_, {}), IsEmpty());

  std::vector<std::string> names;
  for (const MethodDescriptor* method : method_descriptors<ShareDriver>()) {
    names.emplace_back(method->name);
  }
  EXPECT_EQ(driver_.calls(), names);
}

TEST_F(ScriptedShares, WhatTheScriptThrowsTheMethodThrows) {
  driver_.on_call = [](std::string_view method) {
    if (method == "extend_share") throw NotEnoughCapacity("full");
  };
  shares_.create_share_instance(context_, "s-1", 1, "NFS");
  EXPECT_THROW(shares_.extend_share(context_, "s-1", 2), NotEnoughCapacity);
  EXPECT_THAT(driver_.calls(), ElementsAre("create_share_instance", "extend_share"));
}

TEST_F(ScriptedShares, KeysAndSharesAreTheOnesGiven) {
  driver_.access_key = "k";
  driver_.shares = {{"s-1", 1, "NFS", {}, {}, {}}, {"s-2", 1, "NFS", {}, {}, {}}};
  EXPECT_EQ(shares_.allow_access(context_, "s-1", access_), "k");
  EXPECT_EQ(shares_.update_access(context_, "s-1", {access_}).at(0).access_key, "k");
  EXPECT_EQ(driver_.share_instances().size(), 2U);
}

}  // namespace
}  // namespace hookwire::testing

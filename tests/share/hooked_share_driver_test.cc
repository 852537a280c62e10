#include "hookwire/share/hooked_share_driver.h"

#include <functional>

#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/recording_hook.h"

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

// A directory driver behind a chain of one recording hook.
class HookedDriver : public DirectoryTest {
 protected:
  HookedDriver() { chain_.replace({{"recorder", "test:RecordingHook", hook_, {}}}); }

  FakeClock clock_;
  HookChain chain_{clock_, log_};
  Steps steps_;
  std::shared_ptr<RecordingHook> hook_ = std::make_shared<RecordingHook>("recorder", steps_);
  HookedShareDriver hooked_{*driver_, chain_};
  const Context context_{.request_id = "req-1"};
};

TEST_F(HookedDriver, EveryMethodIsSeenByItsNameAndArguments) {
  std::vector<std::string> seen;
  hook_->on_pre = [&](const Call& call) {
    std::string line(call.method());
    for (const Argument& argument : call.arguments()) line += " " + std::string(argument.name);
    seen.push_back(line + (call.descriptor().resource.type.empty()
                               ? ""
                               : " (" + std::string(call.descriptor().resource.type) + ")"));
    EXPECT_EQ(call.context().request_id, "req-1");
    return HookData();
  };

  hooked_.init_host(context_);
  hooked_.create_share_instance(context_, "s-1", 1, "NFS", "v-1");
  hooked_.extend_share(context_, "s-1", 3);
  hooked_.shrink_share(context_, "s-1", 2);
  hooked_.allow_access(context_, "s-1", ip_rule("10.0.0.4"));
  hooked_.deny_access(context_, "s-1", ip_rule("10.0.0.4"));
  hooked_.update_access(context_, "s-1", {ip_rule("10.0.0.4")});
  hooked_.create_snapshot(context_, "s-1", "snap-1");
  hooked_.revert_to_snapshot(context_, "s-1", "snap-1");
  hooked_.unmanage_snapshot(context_, "snap-1");
  hooked_.manage_snapshot(context_, "s-1", "snap-1", "snapshots/snap-1");
  hooked_.delete_snapshot(context_, "snap-1");
  hooked_.publish_service_capabilities(context_);
  hooked_.get_periodic_hook_data(context_, hooked_.driver().share_instances());
  hooked_.create_share_replica(context_, "s-1", "r-1");
  hooked_.promote_share_replica(context_, "r-1");
  hooked_.update_share_replica(context_, "r-1");
  hooked_.create_replicated_snapshot(context_, "s-1", "snap-2");
  hooked_.update_replicated_snapshot(context_, "r-1", "snap-2");
  hooked_.delete_replicated_snapshot(context_, "snap-2");
  hooked_.delete_share_replica(context_, "r-1");
  hooked_.unmanage_share(context_, "s-1");
  hooked_.manage_share(context_, "s-1", 1, "NFS", "servers/v-1/s-1");
  hooked_.delete_share_instance(context_, "s-1");

  std::filesystem::create_directory(folder_.path() / "silver");
  const std::string silver = folder_.path() / "silver";
  hooked_.share_server_migration_check_compatibility(context_, "v-1", silver);
  hooked_.share_server_migration_start(context_, "v-1", silver);
  hooked_.share_server_migration_continue(context_, "v-1");
  hooked_.share_server_migration_get_progress(context_, "v-1");
  hooked_.share_server_migration_complete(context_, "v-1");
  EXPECT_THROW(hooked_.share_server_migration_cancel(context_, "v-1"), ShareServerMigrationFailed);
  hooked_.delete_share_server(context_, "v-1");
  std::filesystem::create_directory(root() / "v-2");
  hooked_.manage_share_server(context_, "v-1", "v-2");
  hooked_.unmanage_share_server(context_, "v-1");

  EXPECT_THAT(
      seen,
      ElementsAre(
          "init_host",
          "create_share_instance share_id size_gb share_proto share_server_id "
          "driver_options (share)",
          "extend_share share_id new_size_gb (share)", "shrink_share share_id new_size_gb (share)",
          "allow_access share_id access (share)", "deny_access share_id access (share)",
          "update_access share_id access_rules add_rules delete_rules (share)",
          "create_snapshot share_id snapshot_id (snapshot)",
          "revert_to_snapshot share_id snapshot_id (share)",
          "unmanage_snapshot snapshot_id (snapshot)",
          "manage_snapshot share_id snapshot_id provider_location driver_options "
          "(snapshot)",
          "delete_snapshot snapshot_id (snapshot)", "publish_service_capabilities",
          "get_periodic_hook_data shares",
          "create_share_replica share_id replica_id (share_replica)",
          "promote_share_replica replica_id (share_replica)",
          "update_share_replica replica_id (share_replica)",
          "create_replicated_snapshot share_id snapshot_id (snapshot)",
          "update_replicated_snapshot replica_id snapshot_id (snapshot)",
          "delete_replicated_snapshot snapshot_id (snapshot)",
          "delete_share_replica replica_id (share_replica)", "unmanage_share share_id (share)",
          "manage_share share_id size_gb share_proto export_path share_server_id "
          "driver_options (share)",
          "delete_share_instance share_id (share)",
          "share_server_migration_check_compatibility share_server_id dest_root "
          "(share_server)",
          "share_server_migration_start share_server_id dest_root (share_server)",
          "share_server_migration_continue share_server_id (share_server)",
          "share_server_migration_get_progress share_server_id (share_server)",
          "share_server_migration_complete share_server_id (share_server)",
          "share_server_migration_cancel share_server_id (share_server)",
          "delete_share_server share_server_id (share_server)",
          "manage_share_server share_server_id identifier driver_options (share_server)",
          "unmanage_share_server share_server_id (share_server)"));
  EXPECT_EQ(steps_.all().size(), 2 * seen.size());  // a pre and a post each
  EXPECT_EQ(seen.size(), method_descriptors<ShareDriver>().size());
}

TEST_F(HookedDriver, ArgumentsAreSeenByTheirTypes) {
  hook_->on_pre = [](const Call& call) {
    if (call.method() == "create_share_instance") {
      EXPECT_EQ(call.arg<std::string>("share_id"), "s-1");
      EXPECT_EQ(call.arg<std::uint64_t>("size_gb"), 5U);
      EXPECT_EQ(call.arg<std::string>("share_proto"), "CIFS");
      EXPECT_EQ(call.arg<std::optional<std::string>>("share_server_id"), "server-1");
      EXPECT_EQ(call.arg<DriverOptions>("driver_options").at("mode"), "0700");
    } else if (call.method() == "allow_access") {
      EXPECT_EQ(call.arg<Access>("access"), user_rule("alice"));
    } else {
      EXPECT_EQ(call.arg<std::vector<ShareInstance>>("shares").size(), 1U);
    }
    return HookData();
  };
  hooked_.create_share_instance(context_, "s-1", 5, "CIFS", "server-1", {{"mode", "0700"}});
  hooked_.allow_access(context_, "s-1", user_rule("alice"));
  hooked_.get_periodic_hook_data(context_, driver_->share_instances());
  EXPECT_EQ(steps_.all().size(), 6U);
}

TEST_F(HookedDriver, ResultsAreSeenByTheirTypes) {
  std::vector<std::string> seen;
  hook_->on_post = [&](const Call& call, Outcome& outcome, HookData&) {
    if (call.method() == "create_share_instance") {
      seen.push_back(outcome.result<std::vector<std::string>>().at(0));
    } else if (call.method() == "create_snapshot") {
      seen.push_back(outcome.result<Snapshot>().snapshot_id);
    } else if (call.method() == "publish_service_capabilities") {
      seen.push_back(outcome.result<Capabilities>().share_backend_name);
    }
  };
  hooked_.create_share_instance(context_, "s-1", 1, "CIFS");
  hooked_.create_snapshot(context_, "s-1", "snap-1");
  hooked_.publish_service_capabilities(context_);
  EXPECT_THAT(seen, ElementsAre("\\\\nas01\\s-1", "snap-1", "gold"));
}

TEST_F(HookedDriver, TheDriversErrorReachesHookAndCallerAsItIs) {
  bool seen = false;
  hook_->on_failure = [&](const Call&, const Failure& failure, HookData&) {
    EXPECT_THROW(std::rethrow_exception(failure.error), ShareNotFound);
    seen = true;
  };
  EXPECT_THROW(hooked_.extend_share(context_, "s-9", 3), ShareNotFound);
  EXPECT_TRUE(seen);
}

TEST_F(HookedDriver, ARefusedCallChangesNothing) {
  hook_->on_pre = [](const Call&) -> HookData { throw std::runtime_error("no"); };
  expect_refused<std::runtime_error>(
      [&] { hooked_.create_share_instance(context_, "s-1", 1, "NFS"); }, "no");
}

}  // namespace
}  // namespace hookwire::testing

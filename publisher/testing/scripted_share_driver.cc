#include "hookwire/testing/scripted_share_driver.h"

namespace hookwire::testing {

namespace {

std::vector<std::string> locations_of(const std::string& share_id) {
  return {"scripted:/" + share_id};
}

Snapshot snapshot_of(const std::string& share_id, const std::string& snapshot_id) {
  return {.snapshot_id = snapshot_id,
          .share_id = share_id,
          .size_bytes = 0,
          .provider_location = "scripted:/" + snapshot_id};
}

Replica replica_of(const std::string& share_id, const std::string& replica_id) {
  return {.replica_id = replica_id,
          .share_id = share_id,
          .replica_state = "in_sync",
          .provider_location = "scripted:/" + replica_id};
}

ReplicaSnapshot copy_of(const std::string& replica_id, const std::string& snapshot_id) {
  return {.replica_id = replica_id,
          .snapshot_id = snapshot_id,
          .status = "available",
          .provider_location = "scripted:/" + replica_id + "/" + snapshot_id};
}

}  // namespace

void ScriptedShareDriver::run(std::string_view method) {
  {
    const std::lock_guard lock(mutex_);
    calls_.emplace_back(method);
  }
  if (on_call) on_call(method);
}

std::vector<std::string> ScriptedShareDriver::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void ScriptedShareDriver::init_host() {
  run("init_host");
}

std::vector<std::string> ScriptedShareDriver::create_share_instance(
    const std::string& share_id, std::uint64_t /*size_gb*/, const std::string& /*share_proto*/,
    const std::optional<std::string>& /*share_server_id*/,
    const DriverOptions& /*driver_options*/) {
  run("create_share_instance");
  return locations_of(share_id);
}

void ScriptedShareDriver::delete_share_instance(const std::string& /*share_id*/) {
  run("delete_share_instance");
}

void ScriptedShareDriver::extend_share(const std::string& /*share_id*/,
                                       std::uint64_t /*new_size_gb*/) {
  run("extend_share");
}

void ScriptedShareDriver::shrink_share(const std::string& /*share_id*/,
                                       std::uint64_t /*new_size_gb*/) {
  run("shrink_share");
}

std::optional<std::string> ScriptedShareDriver::allow_access(const std::string& /*share_id*/,
                                                             const Access& /*access*/) {
  run("allow_access");
  return access_key;
}

void ScriptedShareDriver::deny_access(const std::string& /*share_id*/, const Access& /*access*/) {
  run("deny_access");
}

std::vector<Access> ScriptedShareDriver::update_access(
    const std::string& /*share_id*/, const std::vector<Access>& access_rules,
    const std::vector<Access>& /*add_rules*/, const std::vector<Access>& /*delete_rules*/) {
  run("update_access");
  std::vector<Access> rules = access_rules;
  for (Access& rule : rules) rule.access_key = access_key.value_or("");
  return rules;
}

Snapshot ScriptedShareDriver::create_snapshot(const std::string& share_id,
                                              const std::string& snapshot_id) {
  run("create_snapshot");
  return snapshot_of(share_id, snapshot_id);
}

void ScriptedShareDriver::delete_snapshot(const std::string& /*snapshot_id*/) {
  run("delete_snapshot");
}

void ScriptedShareDriver::revert_to_snapshot(const std::string& /*share_id*/,
                                             const std::string& /*snapshot_id*/) {
  run("revert_to_snapshot");
}

std::vector<std::string> ScriptedShareDriver::manage_share(
    const std::string& share_id, std::uint64_t /*size_gb*/, const std::string& /*share_proto*/,
    const std::string& /*export_path*/, const std::optional<std::string>& /*share_server_id*/,
    const DriverOptions& /*driver_options*/) {
  run("manage_share");
  return locations_of(share_id);
}

void ScriptedShareDriver::unmanage_share(const std::string& /*share_id*/) {
  run("unmanage_share");
}

Snapshot ScriptedShareDriver::manage_snapshot(const std::string& share_id,
                                              const std::string& snapshot_id,
                                              const std::string& /*provider_location*/,
                                              const DriverOptions& /*driver_options*/) {
  run("manage_snapshot");
  return snapshot_of(share_id, snapshot_id);
}

void ScriptedShareDriver::unmanage_snapshot(const std::string& /*snapshot_id*/) {
  run("unmanage_snapshot");
}

void ScriptedShareDriver::delete_share_server(const std::string& /*share_server_id*/) {
  run("delete_share_server");
}

ShareServer ScriptedShareDriver::manage_share_server(const std::string& share_server_id,
                                                     const std::string& /*identifier*/,
                                                     const DriverOptions& /*driver_options*/) {
  run("manage_share_server");
  return {.share_server_id = share_server_id, .identifier = "scripted:/" + share_server_id};
}

void ScriptedShareDriver::unmanage_share_server(const std::string& /*share_server_id*/) {
  run("unmanage_share_server");
}

Replica ScriptedShareDriver::create_share_replica(const std::string& share_id,
                                                  const std::string& replica_id) {
  run("create_share_replica");
  return replica_of(share_id, replica_id);
}

void ScriptedShareDriver::delete_share_replica(const std::string& /*replica_id*/) {
  run("delete_share_replica");
}

Replica ScriptedShareDriver::promote_share_replica(const std::string& replica_id) {
  run("promote_share_replica");
  return replica_of("s-1", replica_id);
}

Replica ScriptedShareDriver::update_share_replica(const std::string& replica_id) {
  run("update_share_replica");
  return replica_of("s-1", replica_id);
}

std::vector<ReplicaSnapshot> ScriptedShareDriver::create_replicated_snapshot(
    const std::string& /*share_id*/, const std::string& snapshot_id) {
  run("create_replicated_snapshot");
  return {copy_of("r-1", snapshot_id)};
}

void ScriptedShareDriver::delete_replicated_snapshot(const std::string& /*snapshot_id*/) {
  run("delete_replicated_snapshot");
}

ReplicaSnapshot ScriptedShareDriver::update_replicated_snapshot(const std::string& replica_id,
                                                                const std::string& snapshot_id) {
  run("update_replicated_snapshot");
  return copy_of(replica_id, snapshot_id);
}

ShareServerMigrationCompatibility ScriptedShareDriver::share_server_migration_check_compatibility(
    const std::string& /*share_server_id*/, const std::string& /*dest_root*/) {
  run("share_server_migration_check_compatibility");
  return {.compatible = true,
          .writable = true,
          .nondisruptive = true,
          .preserve_snapshots = true,
          .migration_cancel = true,
          .migration_get_progress = true,
          .reason = ""};
}

void ScriptedShareDriver::share_server_migration_start(const std::string& /*share_server_id*/,
                                                       const std::string& /*dest_root*/) {
  run("share_server_migration_start");
}

bool ScriptedShareDriver::share_server_migration_continue(const std::string& /*share_server_id*/) {
  run("share_server_migration_continue");
  return true;
}

std::vector<ShareInstance> ScriptedShareDriver::share_server_migration_complete(
    const std::string& /*share_server_id*/) {
  run("share_server_migration_complete");
  return shares;
}

void ScriptedShareDriver::share_server_migration_cancel(const std::string& /*share_server_id*/) {
  run("share_server_migration_cancel");
}

ShareServerMigrationProgress ScriptedShareDriver::share_server_migration_get_progress(
    const std::string& /*share_server_id*/) {
  run("share_server_migration_get_progress");
  return {.total_progress = 100};
}

Capabilities ScriptedShareDriver::publish_service_capabilities() {
  run("publish_service_capabilities");
  return {.share_backend_name = "scripted",
          .driver_version = "1",
          .storage_protocol = "NFS",
          .total_capacity_gb = 100,
          .free_capacity_gb = 50,
          .snapshot_support = true};
}

std::vector<ShareInstance> ScriptedShareDriver::get_periodic_hook_data(
    const std::vector<ShareInstance>& given) {
  run("get_periodic_hook_data");
  return given;
}

}  // namespace hookwire::testing

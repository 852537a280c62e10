#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "hookwire/hooks/method.h"
#include "hookwire/share/share_error.h"
#include "hookwire/share/share_types.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What a storage backend does for a service of shared file systems; the methods that OpenStack
/// Manila's share driver hooks see, under their names. A method throws a ShareError when it cannot
/// do what was asked, and then has changed nothing. A backend that lacks a method which is not pure
/// virtual leaves it out: it throws ShareMethodNotImplemented. Thread-safe: calls on different
/// shares run at the same time.
class ShareDriver {
 public:
  virtual ~ShareDriver() = default;

  /// Prepares the backend after a start; picks up what is there already.
  virtual void init_host() = 0;

  /// Makes a share of `size_gb` (1 or more) and returns where it can be mounted. A share server
  /// that is not known yet is set up for it.
  virtual std::vector<std::string> create_share_instance(
      const std::string& share_id, std::uint64_t size_gb, const std::string& share_proto,
      const std::optional<std::string>& share_server_id, const DriverOptions& driver_options) = 0;

  virtual void delete_share_instance(const std::string& share_id) = 0;
  virtual void extend_share(const std::string& share_id, std::uint64_t new_size_gb) = 0;
  virtual void shrink_share(const std::string& share_id, std::uint64_t new_size_gb) = 0;

  /// Returns an access key when the backend makes one.
  virtual std::optional<std::string> allow_access(const std::string& share_id,
                                                  const Access& access) = 0;
  virtual void deny_access(const std::string& share_id, const Access& access) = 0;

  /// Makes `access_rules` the rules of the share, all of them; `add_rules`, which are among them,
  /// and `delete_rules`, which are not, say what is new in it, and may be empty. A rule to be
  /// deleted may be gone already. Returns the rules with the access keys that the backend made.
  virtual std::vector<Access> update_access(const std::string& share_id,
                                            const std::vector<Access>& access_rules,
                                            const std::vector<Access>& add_rules,
                                            const std::vector<Access>& delete_rules);

  virtual Snapshot create_snapshot(const std::string& share_id, const std::string& snapshot_id) = 0;
  virtual void delete_snapshot(const std::string& snapshot_id) = 0;

  /// Gives the share the content that the snapshot holds. Both stay.
  virtual void revert_to_snapshot(const std::string& share_id, const std::string& snapshot_id);

  /// Makes a share of what the backend has at `export_path` already, and returns where it can be
  /// mounted.
  virtual std::vector<std::string> manage_share(const std::string& share_id, std::uint64_t size_gb,
                                                const std::string& share_proto,
                                                const std::string& export_path,
                                                const std::optional<std::string>& share_server_id,
                                                const DriverOptions& driver_options);
  /// Forgets the share, whose content stays with the backend.
  virtual void unmanage_share(const std::string& share_id);

  /// Makes a snapshot of the share of what the backend has at `provider_location` already.
  virtual Snapshot manage_snapshot(const std::string& share_id, const std::string& snapshot_id,
                                   const std::string& provider_location,
                                   const DriverOptions& driver_options);
  /// Forgets the snapshot, whose content stays with the backend.
  virtual void unmanage_snapshot(const std::string& snapshot_id);

  /// Removes a share server that has no shares.
  virtual void delete_share_server(const std::string& share_server_id);
  /// Makes a share server of what the backend has under `identifier` already. What is in it becomes
  /// shares by manage_share.
  virtual ShareServer manage_share_server(const std::string& share_server_id,
                                          const std::string& identifier,
                                          const DriverOptions& driver_options);
  /// Forgets a share server that has no shares; it stays with the backend.
  virtual void unmanage_share_server(const std::string& share_server_id);

  /// Makes a copy of the share, which the driver keeps beside it.
  virtual Replica create_share_replica(const std::string& share_id, const std::string& replica_id);
  virtual void delete_share_replica(const std::string& replica_id);
  /// Exchanges what the replica has for what its share has; returns what the replica is then.
  virtual Replica promote_share_replica(const std::string& replica_id);
  /// Makes the replica what its share is now.
  virtual Replica update_share_replica(const std::string& replica_id);

  /// Makes a snapshot of the share of which each replica has a copy; returns those.
  virtual std::vector<ReplicaSnapshot> create_replicated_snapshot(const std::string& share_id,
                                                                  const std::string& snapshot_id);
  virtual void delete_replicated_snapshot(const std::string& snapshot_id);
  /// Gives the replica its copy of the snapshot if it lacks it.
  virtual ReplicaSnapshot update_replicated_snapshot(const std::string& replica_id,
                                                     const std::string& snapshot_id);

  /// Whether the server can be moved to the folder `dest_root`, and how.
  virtual ShareServerMigrationCompatibility share_server_migration_check_compatibility(
      const std::string& share_server_id, const std::string& dest_root);
  /// Begins to move it. Its shares go on where they are, but come and go no more.
  virtual void share_server_migration_start(const std::string& share_server_id,
                                            const std::string& dest_root);
  /// Does a step; returns true when only the last one is left.
  virtual bool share_server_migration_continue(const std::string& share_server_id);
  /// The last step: from then on the server is there. Returns its shares.
  virtual std::vector<ShareInstance> share_server_migration_complete(
      const std::string& share_server_id);
  /// Takes back what was begun.
  virtual void share_server_migration_cancel(const std::string& share_server_id);
  virtual ShareServerMigrationProgress share_server_migration_get_progress(
      const std::string& share_server_id);

  virtual Capabilities publish_service_capabilities() = 0;

  /// Gets the shares with their access rules, and may add to their metadata what periodic hooks
  /// are to see. By default passes them on as they are.
  virtual std::vector<ShareInstance> get_periodic_hook_data(
      const std::vector<ShareInstance>& shares) {
    return shares;
  }

  /// Every share, with its access rules. The service's own question, not one that hooks see.
  virtual std::vector<ShareInstance> share_instances() = 0;
};

/// The names under which hooks and events see it.
template <>
struct Interface<ShareDriver> {
  static constexpr ResourceDescriptor kShare{"share", "share_id"};
  static constexpr ResourceDescriptor kSnapshot{"snapshot", "snapshot_id"};
  static constexpr ResourceDescriptor kShareServer{"share_server", "share_server_id"};
  static constexpr ResourceDescriptor kReplica{"share_replica", "replica_id"};

  static constexpr std::tuple methods{
      Method<&ShareDriver::init_host>{{.name = "init_host"}},
      Method<&ShareDriver::create_share_instance>{
          {.name = "create_share_instance",
           .arguments = {"share_id", "size_gb", "share_proto", "share_server_id", "driver_options"},
           .resource = kShare}},
      Method<&ShareDriver::delete_share_instance>{
          {.name = "delete_share_instance", .arguments = {"share_id"}, .resource = kShare}},
      Method<&ShareDriver::extend_share>{
          {.name = "extend_share", .arguments = {"share_id", "new_size_gb"}, .resource = kShare}},
      Method<&ShareDriver::shrink_share>{
          {.name = "shrink_share", .arguments = {"share_id", "new_size_gb"}, .resource = kShare}},
      Method<&ShareDriver::allow_access>{{.name = "allow_access",
                                          .arguments = {"share_id", "access"},
                                          .resource = kShare,
                                          .secrets = {"access.access_key", "result"}}},
      Method<&ShareDriver::deny_access>{{.name = "deny_access",
                                         .arguments = {"share_id", "access"},
                                         .resource = kShare,
                                         .secrets = {"access.access_key"}}},
      Method<&ShareDriver::update_access>{
          {.name = "update_access",
           .arguments = {"share_id", "access_rules", "add_rules", "delete_rules"},
           .resource = kShare,
           .secrets = {"access_rules.access_key", "add_rules.access_key", "delete_rules.access_key",
                       "result.access_key"}}},
      Method<&ShareDriver::create_snapshot>{{.name = "create_snapshot",
                                             .arguments = {"share_id", "snapshot_id"},
                                             .resource = kSnapshot}},
      Method<&ShareDriver::delete_snapshot>{
          {.name = "delete_snapshot", .arguments = {"snapshot_id"}, .resource = kSnapshot}},
      Method<&ShareDriver::revert_to_snapshot>{{.name = "revert_to_snapshot",
                                                .arguments = {"share_id", "snapshot_id"},
                                                .resource = kShare}},
      Method<&ShareDriver::manage_share>{
          {.name = "manage_share",
           .arguments = {"share_id", "size_gb", "share_proto", "export_path", "share_server_id",
                         "driver_options"},
           .resource = kShare}},
      Method<&ShareDriver::unmanage_share>{
          {.name = "unmanage_share", .arguments = {"share_id"}, .resource = kShare}},
      Method<&ShareDriver::manage_snapshot>{
          {.name = "manage_snapshot",
           .arguments = {"share_id", "snapshot_id", "provider_location", "driver_options"},
           .resource = kSnapshot}},
      Method<&ShareDriver::unmanage_snapshot>{
          {.name = "unmanage_snapshot", .arguments = {"snapshot_id"}, .resource = kSnapshot}},
      Method<&ShareDriver::delete_share_server>{{.name = "delete_share_server",
                                                 .arguments = {"share_server_id"},
                                                 .resource = kShareServer}},
      Method<&ShareDriver::manage_share_server>{
          {.name = "manage_share_server",
           .arguments = {"share_server_id", "identifier", "driver_options"},
           .resource = kShareServer}},
      Method<&ShareDriver::unmanage_share_server>{{.name = "unmanage_share_server",
                                                   .arguments = {"share_server_id"},
                                                   .resource = kShareServer}},
      Method<&ShareDriver::create_share_replica>{{.name = "create_share_replica",
                                                  .arguments = {"share_id", "replica_id"},
                                                  .resource = kReplica}},
      Method<&ShareDriver::delete_share_replica>{
          {.name = "delete_share_replica", .arguments = {"replica_id"}, .resource = kReplica}},
      Method<&ShareDriver::promote_share_replica>{
          {.name = "promote_share_replica", .arguments = {"replica_id"}, .resource = kReplica}},
      Method<&ShareDriver::update_share_replica>{
          {.name = "update_share_replica", .arguments = {"replica_id"}, .resource = kReplica}},
      Method<&ShareDriver::create_replicated_snapshot>{{.name = "create_replicated_snapshot",
                                                        .arguments = {"share_id", "snapshot_id"},
                                                        .resource = kSnapshot}},
      Method<&ShareDriver::delete_replicated_snapshot>{{.name = "delete_replicated_snapshot",
                                                        .arguments = {"snapshot_id"},
                                                        .resource = kSnapshot}},
      Method<&ShareDriver::update_replicated_snapshot>{{.name = "update_replicated_snapshot",
                                                        .arguments = {"replica_id", "snapshot_id"},
                                                        .resource = kSnapshot}},
      Method<&ShareDriver::share_server_migration_check_compatibility>{
          {.name = "share_server_migration_check_compatibility",
           .arguments = {"share_server_id", "dest_root"},
           .resource = kShareServer}},
      Method<&ShareDriver::share_server_migration_start>{
          {.name = "share_server_migration_start",
           .arguments = {"share_server_id", "dest_root"},
           .resource = kShareServer}},
      Method<&ShareDriver::share_server_migration_continue>{
          {.name = "share_server_migration_continue",
           .arguments = {"share_server_id"},
           .resource = kShareServer}},
      Method<&ShareDriver::share_server_migration_complete>{
          {.name = "share_server_migration_complete",
           .arguments = {"share_server_id"},
           .resource = kShareServer,
           .secrets = {"result.access_rules.access_key"}}},
      Method<&ShareDriver::share_server_migration_cancel>{{.name = "share_server_migration_cancel",
                                                           .arguments = {"share_server_id"},
                                                           .resource = kShareServer}},
      Method<&ShareDriver::share_server_migration_get_progress>{
          {.name = "share_server_migration_get_progress",
           .arguments = {"share_server_id"},
           .resource = kShareServer}},
      Method<&ShareDriver::publish_service_capabilities>{{.name = "publish_service_capabilities"}},
      Method<&ShareDriver::get_periodic_hook_data>{
          {.name = "get_periodic_hook_data",
           .arguments = {"shares"},
           .secrets = {"shares.access_rules.access_key", "result.access_rules.access_key"}}},
  };
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/share/share_driver.h"

namespace hookwire::testing {

/// A share driver that does nothing for real: each method notes its name, does what the test gave
/// it to do, and returns a fixed result. It checks nothing and keeps no shares, so that a test of a
/// hook needs no more calls than those it is about. Thread-safe as far as on_call is; set what
/// is public before calls.
class ScriptedShareDriver final : public ShareDriver {
 public:
  /// Runs inside each method that hooks see; what it throws, the method throws.
  std::function<void(std::string_view method)> on_call;
  /// What share_instances returns, and so what periodic hooks are given.
  std::vector<ShareInstance> shares;
  /// What allow_access returns; it is a secret.
  std::optional<std::string> access_key;

  /// The methods that were reached, in order: a call that a hook refused is not among them.
  std::vector<std::string> calls() const;

  void init_host() override;
  /// Returns one location, "scripted:/<share_id>".
  std::vector<std::string> create_share_instance(const std::string& share_id, std::uint64_t size_gb,
                                                 const std::string& share_proto,
                                                 const std::optional<std::string>& share_server_id,
                                                 const DriverOptions& driver_options) override;
  void delete_share_instance(const std::string& share_id) override;
  void extend_share(const std::string& share_id, std::uint64_t new_size_gb) override;
  void shrink_share(const std::string& share_id, std::uint64_t new_size_gb) override;
  std::optional<std::string> allow_access(const std::string& share_id,
                                          const Access& access) override;
  void deny_access(const std::string& share_id, const Access& access) override;
  /// Returns the rules as they are given, but for their keys: those are `access_key`.
  std::vector<Access> update_access(const std::string& share_id,
                                    const std::vector<Access>& access_rules,
                                    const std::vector<Access>& add_rules,
                                    const std::vector<Access>& delete_rules) override;
  /// Returns a snapshot of no bytes at "scripted:/<snapshot_id>".
  Snapshot create_snapshot(const std::string& share_id, const std::string& snapshot_id) override;
  void delete_snapshot(const std::string& snapshot_id) override;
  void revert_to_snapshot(const std::string& share_id, const std::string& snapshot_id) override;
  /// Returns what create_share_instance does.
  std::vector<std::string> manage_share(const std::string& share_id, std::uint64_t size_gb,
                                        const std::string& share_proto,
                                        const std::string& export_path,
                                        const std::optional<std::string>& share_server_id,
                                        const DriverOptions& driver_options) override;
  void unmanage_share(const std::string& share_id) override;
  /// Returns what create_snapshot does.
  Snapshot manage_snapshot(const std::string& share_id, const std::string& snapshot_id,
                           const std::string& provider_location,
                           const DriverOptions& driver_options) override;
  void unmanage_snapshot(const std::string& snapshot_id) override;
  void delete_share_server(const std::string& share_server_id) override;
  /// Returns a share server at "scripted:/<share_server_id>".
  ShareServer manage_share_server(const std::string& share_server_id, const std::string& identifier,
                                  const DriverOptions& driver_options) override;
  void unmanage_share_server(const std::string& share_server_id) override;
  /// Replicas lie at "scripted:/<replica_id>", are in sync, and of share "s-1" unless it is said.
  Replica create_share_replica(const std::string& share_id, const std::string& replica_id) override;
  void delete_share_replica(const std::string& replica_id) override;
  Replica promote_share_replica(const std::string& replica_id) override;
  Replica update_share_replica(const std::string& replica_id) override;
  /// As of a share with one replica, "r-1".
  std::vector<ReplicaSnapshot> create_replicated_snapshot(const std::string& share_id,
                                                          const std::string& snapshot_id) override;
  void delete_replicated_snapshot(const std::string& snapshot_id) override;
  ReplicaSnapshot update_replicated_snapshot(const std::string& replica_id,
                                             const std::string& snapshot_id) override;
  /// Migrations are compatible, and finished after any step.
  ShareServerMigrationCompatibility share_server_migration_check_compatibility(
      const std::string& share_server_id, const std::string& dest_root) override;
  void share_server_migration_start(const std::string& share_server_id,
                                    const std::string& dest_root) override;
  bool share_server_migration_continue(const std::string& share_server_id) override;
  std::vector<ShareInstance> share_server_migration_complete(
      const std::string& share_server_id) override;
  void share_server_migration_cancel(const std::string& share_server_id) override;
  ShareServerMigrationProgress share_server_migration_get_progress(
      const std::string& share_server_id) override;
  /// Returns the name "scripted", 100 GB in all, 50 GB of them free.
  Capabilities publish_service_capabilities() override;
  std::vector<ShareInstance> get_periodic_hook_data(
      const std::vector<ShareInstance>& given) override;
  std::vector<ShareInstance> share_instances() override { return shares; }

 private:
  void run(std::string_view method);

  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
};

}  // namespace hookwire::testing

#pragma once

#include "hookwire/hooks/hooked.h"
#include "hookwire/share/share_driver.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A share driver whose calls pass through hooks: Hooked<ShareDriver> with the methods spelled out,
/// so that a service calls it as it would call the driver. Each takes the call's context first.
/// Thread-safe. Throws as Hooked::call.
class HookedShareDriver {
 public:
  /// Both must outlive the wrapper.
  HookedShareDriver(ShareDriver& driver, HookChain& chain) noexcept : hooked_(driver, chain) {}

  void init_host(const Context& context) const { hooked_.call<&ShareDriver::init_host>(context); }

  std::vector<std::string> create_share_instance(
      const Context& context, const std::string& share_id, std::uint64_t size_gb,
      const std::string& share_proto,
      const std::optional<std::string>& share_server_id = std::nullopt,
      const DriverOptions& driver_options = {}) const {
    return hooked_.call<&ShareDriver::create_share_instance>(
        context, share_id, size_gb, share_proto, share_server_id, driver_options);
  }
  void delete_share_instance(const Context& context, const std::string& share_id) const {
    hooked_.call<&ShareDriver::delete_share_instance>(context, share_id);
  }
  void extend_share(const Context& context, const std::string& share_id,
                    std::uint64_t new_size_gb) const {
    hooked_.call<&ShareDriver::extend_share>(context, share_id, new_size_gb);
  }
  void shrink_share(const Context& context, const std::string& share_id,
                    std::uint64_t new_size_gb) const {
    hooked_.call<&ShareDriver::shrink_share>(context, share_id, new_size_gb);
  }
  std::optional<std::string> allow_access(const Context& context, const std::string& share_id,
                                          const Access& access) const {
    return hooked_.call<&ShareDriver::allow_access>(context, share_id, access);
  }
  void deny_access(const Context& context, const std::string& share_id,
                   const Access& access) const {
    hooked_.call<&ShareDriver::deny_access>(context, share_id, access);
  }
  std::vector<Access> update_access(const Context& context, const std::string& share_id,
                                    const std::vector<Access>& access_rules,
                                    const std::vector<Access>& add_rules = {},
                                    const std::vector<Access>& delete_rules = {}) const {
    return hooked_.call<&ShareDriver::update_access>(context, share_id, access_rules, add_rules,
                                                     delete_rules);
  }
  Snapshot create_snapshot(const Context& context, const std::string& share_id,
                           const std::string& snapshot_id) const {
    return hooked_.call<&ShareDriver::create_snapshot>(context, share_id, snapshot_id);
  }
  void delete_snapshot(const Context& context, const std::string& snapshot_id) const {
    hooked_.call<&ShareDriver::delete_snapshot>(context, snapshot_id);
  }
  void revert_to_snapshot(const Context& context, const std::string& share_id,
                          const std::string& snapshot_id) const {
    hooked_.call<&ShareDriver::revert_to_snapshot>(context, share_id, snapshot_id);
  }
  std::vector<std::string> manage_share(
      const Context& context, const std::string& share_id, std::uint64_t size_gb,
      const std::string& share_proto, const std::string& export_path,
      const std::optional<std::string>& share_server_id = std::nullopt,
      const DriverOptions& driver_options = {}) const {
    return hooked_.call<&ShareDriver::manage_share>(context, share_id, size_gb, share_proto,
                                                    export_path, share_server_id, driver_options);
  }
  void unmanage_share(const Context& context, const std::string& share_id) const {
    hooked_.call<&ShareDriver::unmanage_share>(context, share_id);
  }
  Snapshot manage_snapshot(const Context& context, const std::string& share_id,
                           const std::string& snapshot_id, const std::string& provider_location,
                           const DriverOptions& driver_options = {}) const {
    return hooked_.call<&ShareDriver::manage_snapshot>(context, share_id, snapshot_id,
                                                       provider_location, driver_options);
  }
  void unmanage_snapshot(const Context& context, const std::string& snapshot_id) const {
    hooked_.call<&ShareDriver::unmanage_snapshot>(context, snapshot_id);
  }
  void delete_share_server(const Context& context, const std::string& share_server_id) const {
    hooked_.call<&ShareDriver::delete_share_server>(context, share_server_id);
  }
  ShareServer manage_share_server(const Context& context, const std::string& share_server_id,
                                  const std::string& identifier,
                                  const DriverOptions& driver_options = {}) const {
    return hooked_.call<&ShareDriver::manage_share_server>(context, share_server_id, identifier,
                                                           driver_options);
  }
  void unmanage_share_server(const Context& context, const std::string& share_server_id) const {
    hooked_.call<&ShareDriver::unmanage_share_server>(context, share_server_id);
  }
  Replica create_share_replica(const Context& context, const std::string& share_id,
                               const std::string& replica_id) const {
    return hooked_.call<&ShareDriver::create_share_replica>(context, share_id, replica_id);
  }
  void delete_share_replica(const Context& context, const std::string& replica_id) const {
    hooked_.call<&ShareDriver::delete_share_replica>(context, replica_id);
  }
  Replica promote_share_replica(const Context& context, const std::string& replica_id) const {
    return hooked_.call<&ShareDriver::promote_share_replica>(context, replica_id);
  }
  Replica update_share_replica(const Context& context, const std::string& replica_id) const {
    return hooked_.call<&ShareDriver::update_share_replica>(context, replica_id);
  }
  std::vector<ReplicaSnapshot> create_replicated_snapshot(const Context& context,
                                                          const std::string& share_id,
                                                          const std::string& snapshot_id) const {
    return hooked_.call<&ShareDriver::create_replicated_snapshot>(context, share_id, snapshot_id);
  }
  void delete_replicated_snapshot(const Context& context, const std::string& snapshot_id) const {
    hooked_.call<&ShareDriver::delete_replicated_snapshot>(context, snapshot_id);
  }
  ReplicaSnapshot update_replicated_snapshot(const Context& context, const std::string& replica_id,
                                             const std::string& snapshot_id) const {
    return hooked_.call<&ShareDriver::update_replicated_snapshot>(context, replica_id, snapshot_id);
  }
  ShareServerMigrationCompatibility share_server_migration_check_compatibility(
      const Context& context, const std::string& share_server_id,
      const std::string& dest_root) const {
    return hooked_.call<&ShareDriver::share_server_migration_check_compatibility>(
        context, share_server_id, dest_root);
  }
  void share_server_migration_start(const Context& context, const std::string& share_server_id,
                                    const std::string& dest_root) const {
    hooked_.call<&ShareDriver::share_server_migration_start>(context, share_server_id, dest_root);
  }
  bool share_server_migration_continue(const Context& context,
                                       const std::string& share_server_id) const {
    return hooked_.call<&ShareDriver::share_server_migration_continue>(context, share_server_id);
  }
  std::vector<ShareInstance> share_server_migration_complete(
      const Context& context, const std::string& share_server_id) const {
    return hooked_.call<&ShareDriver::share_server_migration_complete>(context, share_server_id);
  }
  void share_server_migration_cancel(const Context& context,
                                     const std::string& share_server_id) const {
    hooked_.call<&ShareDriver::share_server_migration_cancel>(context, share_server_id);
  }
  ShareServerMigrationProgress share_server_migration_get_progress(
      const Context& context, const std::string& share_server_id) const {
    return hooked_.call<&ShareDriver::share_server_migration_get_progress>(context,
                                                                           share_server_id);
  }
  Capabilities publish_service_capabilities(const Context& context) const {
    return hooked_.call<&ShareDriver::publish_service_capabilities>(context);
  }
  std::vector<ShareInstance> get_periodic_hook_data(
      const Context& context, const std::vector<ShareInstance>& shares) const {
    return hooked_.call<&ShareDriver::get_periodic_hook_data>(context, shares);
  }

  /// The driver itself: what hooks do not see.
  ShareDriver& driver() const noexcept { return hooked_.driver(); }

 private:
  Hooked<ShareDriver> hooked_;
};

}  // namespace hookwire
#pragma GCC visibility pop

#include "hookwire/share/share_driver.h"

namespace hookwire {

std::vector<Access> ShareDriver::update_access(const std::string&, const std::vector<Access>&,
                                               const std::vector<Access>&,
                                               const std::vector<Access>&) {
  throw ShareMethodNotImplemented("update_access");
}

void ShareDriver::revert_to_snapshot(const std::string&, const std::string&) {
  throw ShareMethodNotImplemented("revert_to_snapshot");
}

std::vector<std::string> ShareDriver::manage_share(const std::string&, std::uint64_t,
                                                   const std::string&, const std::string&,
                                                   const std::optional<std::string>&,
                                                   const DriverOptions&) {
  throw ShareMethodNotImplemented("manage_share");
}

void ShareDriver::unmanage_share(const std::string&) {
  throw ShareMethodNotImplemented("unmanage_share");
}

Snapshot ShareDriver::manage_snapshot(const std::string&, const std::string&, const std::string&,
                                      const DriverOptions&) {
  throw ShareMethodNotImplemented("manage_snapshot");
}

void ShareDriver::unmanage_snapshot(const std::string&) {
  throw ShareMethodNotImplemented("unmanage_snapshot");
}

void ShareDriver::delete_share_server(const std::string&) {
  throw ShareMethodNotImplemented("delete_share_server");
}

ShareServer ShareDriver::manage_share_server(const std::string&, const std::string&,
                                             const DriverOptions&) {
  throw ShareMethodNotImplemented("manage_share_server");
}

void ShareDriver::unmanage_share_server(const std::string&) {
  throw ShareMethodNotImplemented("unmanage_share_server");
}

Replica ShareDriver::create_share_replica(const std::string&, const std::string&) {
  throw ShareMethodNotImplemented("create_share_replica");
}

void ShareDriver::delete_share_replica(const std::string&) {
  throw ShareMethodNotImplemented("delete_share_replica");
}

Replica ShareDriver::promote_share_replica(const std::string&) {
  throw ShareMethodNotImplemented("promote_share_replica");
}

Replica ShareDriver::update_share_replica(const std::string&) {
  throw ShareMethodNotImplemented("update_share_replica");
}

std::vector<ReplicaSnapshot> ShareDriver::create_replicated_snapshot(const std::string&,
                                                                     const std::string&) {
  throw ShareMethodNotImplemented("create_replicated_snapshot");
}

void ShareDriver::delete_replicated_snapshot(const std::string&) {
  throw ShareMethodNotImplemented("delete_replicated_snapshot");
}

ReplicaSnapshot ShareDriver::update_replicated_snapshot(const std::string&, const std::string&) {
  throw ShareMethodNotImplemented("update_replicated_snapshot");
}

ShareServerMigrationCompatibility ShareDriver::share_server_migration_check_compatibility(
    const std::string&, const std::string&) {
  throw ShareMethodNotImplemented("share_server_migration_check_compatibility");
}

void ShareDriver::share_server_migration_start(const std::string&, const std::string&) {
  throw ShareMethodNotImplemented("share_server_migration_start");
}

bool ShareDriver::share_server_migration_continue(const std::string&) {
  throw ShareMethodNotImplemented("share_server_migration_continue");
}

std::vector<ShareInstance> ShareDriver::share_server_migration_complete(const std::string&) {
  throw ShareMethodNotImplemented("share_server_migration_complete");
}

void ShareDriver::share_server_migration_cancel(const std::string&) {
  throw ShareMethodNotImplemented("share_server_migration_cancel");
}

ShareServerMigrationProgress ShareDriver::share_server_migration_get_progress(const std::string&) {
  throw ShareMethodNotImplemented("share_server_migration_get_progress");
}

}  // namespace hookwire

#include "hookwire/share/share_types.h"

namespace hookwire {

void visit_value(const Access& access, ValueVisitor& visitor) {
  const bool has_key = !access.access_key.empty();
  visitor.begin_map(has_key ? 4 : 3);
  visit_entry("access_type", access.access_type, visitor);
  visit_entry("access_to", access.access_to, visitor);
  visit_entry("access_level", access.access_level, visitor);
  if (has_key) visit_entry("access_key", access.access_key, visitor);
  visitor.end_map();
}

void visit_value(const ShareInstance& share, ValueVisitor& visitor) {
  visitor.begin_map(6);
  visit_entry("share_id", share.share_id, visitor);
  visit_entry("size_gb", share.size_gb, visitor);
  visit_entry("share_proto", share.share_proto, visitor);
  visit_entry("export_locations", share.export_locations, visitor);
  visit_entry("access_rules", share.access_rules, visitor);
  visit_entry("metadata", share.metadata, visitor);
  visitor.end_map();
}

void visit_value(const Snapshot& snapshot, ValueVisitor& visitor) {
  visitor.begin_map(4);
  visit_entry("snapshot_id", snapshot.snapshot_id, visitor);
  visit_entry("share_id", snapshot.share_id, visitor);
  visit_entry("size_bytes", snapshot.size_bytes, visitor);
  visit_entry("provider_location", snapshot.provider_location, visitor);
  visitor.end_map();
}

void visit_value(const ShareServer& server, ValueVisitor& visitor) {
  visitor.begin_map(2);
  visit_entry("share_server_id", server.share_server_id, visitor);
  visit_entry("identifier", server.identifier, visitor);
  visitor.end_map();
}

void visit_value(const Replica& replica, ValueVisitor& visitor) {
  visitor.begin_map(4);
  visit_entry("replica_id", replica.replica_id, visitor);
  visit_entry("share_id", replica.share_id, visitor);
  visit_entry("replica_state", replica.replica_state, visitor);
  visit_entry("provider_location", replica.provider_location, visitor);
  visitor.end_map();
}

void visit_value(const ReplicaSnapshot& snapshot, ValueVisitor& visitor) {
  visitor.begin_map(4);
  visit_entry("replica_id", snapshot.replica_id, visitor);
  visit_entry("snapshot_id", snapshot.snapshot_id, visitor);
  visit_entry("status", snapshot.status, visitor);
  visit_entry("provider_location", snapshot.provider_location, visitor);
  visitor.end_map();
}

void visit_value(const ShareServerMigrationCompatibility& compatibility, ValueVisitor& visitor) {
  visitor.begin_map(7);
  visit_entry("compatible", compatibility.compatible, visitor);
  visit_entry("writable", compatibility.writable, visitor);
  visit_entry("nondisruptive", compatibility.nondisruptive, visitor);
  visit_entry("preserve_snapshots", compatibility.preserve_snapshots, visitor);
  visit_entry("migration_cancel", compatibility.migration_cancel, visitor);
  visit_entry("migration_get_progress", compatibility.migration_get_progress, visitor);
  visit_entry("reason", compatibility.reason, visitor);
  visitor.end_map();
}

void visit_value(const ShareServerMigrationProgress& progress, ValueVisitor& visitor) {
  visitor.begin_map(1);
  visit_entry("total_progress", progress.total_progress, visitor);
  visitor.end_map();
}

void visit_value(const Capabilities& capabilities, ValueVisitor& visitor) {
  visitor.begin_map(6);
  visit_entry("share_backend_name", capabilities.share_backend_name, visitor);
  visit_entry("driver_version", capabilities.driver_version, visitor);
  visit_entry("storage_protocol", capabilities.storage_protocol, visitor);
  visit_entry("total_capacity_gb", capabilities.total_capacity_gb, visitor);
  visit_entry("free_capacity_gb", capabilities.free_capacity_gb, visitor);
  visit_entry("snapshot_support", capabilities.snapshot_support, visitor);
  visitor.end_map();
}

}  // namespace hookwire

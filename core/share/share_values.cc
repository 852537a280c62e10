// The share driver's types from plain values: what a call line or a hook in another language gives.
#include "hookwire/base/from_value.h"
#include "hookwire/share/share_types.h"

namespace hookwire {

void from_value(const Value& value, std::string_view what, Access& out) {
  EntryReader entries(value, what);
  entries.required("access_type", out.access_type);
  entries.required("access_to", out.access_to);
  entries.required("access_level", out.access_level);
  entries.optional("access_key", out.access_key);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, ShareInstance& out) {
  EntryReader entries(value, what);
  entries.required("share_id", out.share_id);
  entries.required("size_gb", out.size_gb);
  entries.required("share_proto", out.share_proto);
  entries.required("export_locations", out.export_locations);
  entries.required("access_rules", out.access_rules);
  entries.required("metadata", out.metadata);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, Snapshot& out) {
  EntryReader entries(value, what);
  entries.required("snapshot_id", out.snapshot_id);
  entries.required("share_id", out.share_id);
  entries.required("size_bytes", out.size_bytes);
  entries.required("provider_location", out.provider_location);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, ShareServer& out) {
  EntryReader entries(value, what);
  entries.required("share_server_id", out.share_server_id);
  entries.required("identifier", out.identifier);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, Replica& out) {
  EntryReader entries(value, what);
  entries.required("replica_id", out.replica_id);
  entries.required("share_id", out.share_id);
  entries.required("replica_state", out.replica_state);
  entries.required("provider_location", out.provider_location);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, ReplicaSnapshot& out) {
  EntryReader entries(value, what);
  entries.required("replica_id", out.replica_id);
  entries.required("snapshot_id", out.snapshot_id);
  entries.required("status", out.status);
  entries.required("provider_location", out.provider_location);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, ShareServerMigrationCompatibility& out) {
  EntryReader entries(value, what);
  entries.required("compatible", out.compatible);
  entries.required("writable", out.writable);
  entries.required("nondisruptive", out.nondisruptive);
  entries.required("preserve_snapshots", out.preserve_snapshots);
  entries.required("migration_cancel", out.migration_cancel);
  entries.required("migration_get_progress", out.migration_get_progress);
  entries.required("reason", out.reason);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, ShareServerMigrationProgress& out) {
  EntryReader entries(value, what);
  entries.required("total_progress", out.total_progress);
  entries.finish();
}

void from_value(const Value& value, std::string_view what, Capabilities& out) {
  EntryReader entries(value, what);
  entries.required("share_backend_name", out.share_backend_name);
  entries.required("driver_version", out.driver_version);
  entries.required("storage_protocol", out.storage_protocol);
  entries.required("total_capacity_gb", out.total_capacity_gb);
  entries.required("free_capacity_gb", out.free_capacity_gb);
  entries.required("snapshot_support", out.snapshot_support);
  entries.finish();
}

}  // namespace hookwire

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/base/value_visitor.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Who may reach a share, and how. In JSON: {"access_type":"ip","access_to":"10.0.0.4",
/// "access_level":"rw","access_key":"secret"}.
struct Access {
  std::string access_type;   ///< "ip" or "user".
  std::string access_to;     ///< An address, a network in CIDR form, or a user.
  std::string access_level;  ///< "rw" or "ro".
  std::string access_key;    ///< Secret; may be empty.
  friend bool operator==(const Access&, const Access&) = default;
};
void visit_value(const Access& access, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, Access& out);

/// One share as the service knows it.
struct ShareInstance {
  std::string share_id;
  std::uint64_t size_gb = 0;
  std::string share_proto;
  std::vector<std::string> export_locations;
  std::vector<Access> access_rules;
  /// What the driver adds for periodic hooks, for example {"used_bytes": 4096}.
  std::map<std::string, Value> metadata;
};
void visit_value(const ShareInstance& share, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, ShareInstance& out);

/// What create_snapshot returns.
struct Snapshot {
  std::string snapshot_id;
  std::string share_id;
  std::uint64_t size_bytes = 0;
  std::string provider_location;
};
void visit_value(const Snapshot& snapshot, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, Snapshot& out);

/// What manage_share_server returns.
struct ShareServer {
  std::string share_server_id;
  std::string identifier;  ///< Under which the backend has it: for `directory`, its folder.
};
void visit_value(const ShareServer& server, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, ShareServer& out);

/// A copy of a share that may take its place.
struct Replica {
  std::string replica_id;
  std::string share_id;
  std::string replica_state;  ///< "in_sync": it is what the share is; or "out_of_sync".
  std::string provider_location;
};
void visit_value(const Replica& replica, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, Replica& out);

/// A replica's copy of a snapshot.
struct ReplicaSnapshot {
  std::string replica_id;
  std::string snapshot_id;
  std::string status;  ///< "available".
  std::string provider_location;
};
void visit_value(const ReplicaSnapshot& snapshot, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, ReplicaSnapshot& out);

/// Whether a share server can be migrated, and how.
struct ShareServerMigrationCompatibility {
  bool compatible = false;
  bool writable = false;       ///< Its shares can be written to until the last step.
  bool nondisruptive = false;  ///< Whoever has mounted them need not mount them again.
  bool preserve_snapshots = false;
  bool migration_cancel = false;
  bool migration_get_progress = false;
  std::string reason;  ///< Why it is not compatible; else empty.
};
void visit_value(const ShareServerMigrationCompatibility& compatibility, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, ShareServerMigrationCompatibility& out);

struct ShareServerMigrationProgress {
  std::uint64_t total_progress = 0;  ///< In percent.
};
void visit_value(const ShareServerMigrationProgress& progress, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, ShareServerMigrationProgress& out);

/// What a backend can do, as it tells the scheduler.
struct Capabilities {
  std::string share_backend_name;
  std::string driver_version;
  std::string storage_protocol;
  double total_capacity_gb = 0;
  double free_capacity_gb = 0;
  bool snapshot_support = false;
};
void visit_value(const Capabilities& capabilities, ValueVisitor& visitor);
void from_value(const Value& value, std::string_view what, Capabilities& out);

/// Options that a service hands to its driver as they are.
using DriverOptions = std::map<std::string, std::string>;

}  // namespace hookwire
#pragma GCC visibility pop

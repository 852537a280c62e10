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
/// do what was asked, and then has changed nothing. Thread-safe: calls on different shares run at
/// the same time.
class ShareDriver {
 public:
  virtual ~ShareDriver() = default;

  /// Prepares the backend after a start; picks up what is there already.
  virtual void init_host() = 0;

  /// Makes a share of `size_gb` (1 or more) and returns where it can be mounted.
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

  virtual Snapshot create_snapshot(const std::string& share_id, const std::string& snapshot_id) = 0;
  virtual void delete_snapshot(const std::string& snapshot_id) = 0;

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
      Method<&ShareDriver::create_snapshot>{{.name = "create_snapshot",
                                             .arguments = {"share_id", "snapshot_id"},
                                             .resource = kSnapshot}},
      Method<&ShareDriver::delete_snapshot>{
          {.name = "delete_snapshot", .arguments = {"snapshot_id"}, .resource = kSnapshot}},
      Method<&ShareDriver::publish_service_capabilities>{{.name = "publish_service_capabilities"}},
      Method<&ShareDriver::get_periodic_hook_data>{
          {.name = "get_periodic_hook_data",
           .arguments = {"shares"},
           .secrets = {"shares.access_rules.access_key", "result.access_rules.access_key"}}},
  };
};

}  // namespace hookwire
#pragma GCC visibility pop

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
  Snapshot create_snapshot(const Context& context, const std::string& share_id,
                           const std::string& snapshot_id) const {
    return hooked_.call<&ShareDriver::create_snapshot>(context, share_id, snapshot_id);
  }
  void delete_snapshot(const Context& context, const std::string& snapshot_id) const {
    hooked_.call<&ShareDriver::delete_snapshot>(context, snapshot_id);
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

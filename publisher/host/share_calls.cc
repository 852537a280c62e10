#include "share_calls.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "hookwire/base/error.h"

#include "call_by_name.h"

namespace hookwire {

namespace {

// A call line names shares by id; the driver wants them whole, as the service knows them.
Value call_periodic_data(const Hooked<ShareDriver>& hooked, const Context& context,
                         const Value::Map& args, CallReport& report) {
  const MethodDescriptor& method =
      method_descriptor<ShareDriver, &ShareDriver::get_periodic_hook_data>();
  check_argument_names(method, args);
  std::vector<ShareInstance> shares = hooked.driver().share_instances();
  if (const Value* ids = find_argument(method, args, "shares", true)) {
    if (ids->list() == nullptr) {
      throw Error(ErrorCode::bad_input, "argument 'shares' must be a list of share ids, found " +
                                            std::string(kind_of(*ids)));
    }
    std::vector<ShareInstance> chosen;
    for (const Value& id : *ids->list()) {
      std::string share_id;
      from_value(id, "argument 'shares'", share_id);
      const auto share = std::find_if(shares.begin(), shares.end(), [&](const ShareInstance& s) {
        return s.share_id == share_id;
      });
      if (share == shares.end()) {
        throw Error(ErrorCode::bad_input,
                    std::string("argument 'shares': ") + ShareNotFound(share_id).what());
      }
      chosen.push_back(*share);
    }
    shares = std::move(chosen);
  }
  return to_value(
      hooked.call_reported<&ShareDriver::get_periodic_hook_data>(report, context, shares));
}

using Named = NamedMethod<ShareDriver>;

constexpr auto kPlain = named_methods<
    ShareDriver, &ShareDriver::init_host, &ShareDriver::create_share_instance,
    &ShareDriver::delete_share_instance, &ShareDriver::extend_share, &ShareDriver::shrink_share,
    &ShareDriver::allow_access, &ShareDriver::deny_access, &ShareDriver::update_access,
    &ShareDriver::create_snapshot, &ShareDriver::delete_snapshot, &ShareDriver::revert_to_snapshot,
    &ShareDriver::manage_share, &ShareDriver::unmanage_share, &ShareDriver::manage_snapshot,
    &ShareDriver::unmanage_snapshot, &ShareDriver::delete_share_server,
    &ShareDriver::manage_share_server, &ShareDriver::unmanage_share_server,
    &ShareDriver::create_share_replica, &ShareDriver::delete_share_replica,
    &ShareDriver::promote_share_replica, &ShareDriver::update_share_replica,
    &ShareDriver::create_replicated_snapshot, &ShareDriver::delete_replicated_snapshot,
    &ShareDriver::update_replicated_snapshot,
    &ShareDriver::share_server_migration_check_compatibility,
    &ShareDriver::share_server_migration_start, &ShareDriver::share_server_migration_continue,
    &ShareDriver::share_server_migration_complete, &ShareDriver::share_server_migration_cancel,
    &ShareDriver::share_server_migration_get_progress,
    &ShareDriver::publish_service_capabilities>();

constexpr Named kPeriodicData{
    &method_descriptor<ShareDriver, &ShareDriver::get_periodic_hook_data>(), &call_periodic_data};

static_assert(kPlain.size() + 1 == method_descriptors<ShareDriver>().size(),
              "every method of the share driver can be called by name");

const Named* find(std::string_view method) {
  for (const Named& named : kPlain) {
    if (named.descriptor->name == method) return &named;
  }
  return kPeriodicData.descriptor->name == method ? &kPeriodicData : nullptr;
}

}  // namespace

void check_share_method(std::string_view method) {
  if (find(method) != nullptr) return;
  std::string known;
  for (const MethodDescriptor* descriptor : method_descriptors<ShareDriver>()) {
    known += (known.empty() ? "" : ", ") + std::string(descriptor->name);
  }
  throw Error(ErrorCode::bad_input,
              "unknown method '" + std::string(method) + "': a share driver has " + known);
}

Value call_share_method(const Hooked<ShareDriver>& hooked, std::string_view method,
                        const Value::Map& args, const Context& context, CallReport& report) {
  check_share_method(method);
  return find(method)->call(hooked, context, args, report);
}

}  // namespace hookwire

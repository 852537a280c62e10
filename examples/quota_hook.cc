// Your own hook as a shared library: refuses a project's shares above a number. quota.conf next to
// this file lists it; once the examples are built:
//
//   hookwire config check examples/quota.conf
//   hookwire host -c examples/quota.conf --calls examples/calls.jsonl
#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "hookwire/hooks/plugin.h"

namespace {

// Its name and message are what the caller and the failure event get.
struct QuotaExceeded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Counts the shares made since the host started. A share counts from pre on, so that calls on
// several threads cannot pass together.
class QuotaHook final : public hookwire::Hook {
 public:
  explicit QuotaHook(const hookwire::HookSetup& setup)
      : most_(setup.options.integer("max_shares_per_project", 10, 0, 1'000'000)) {}

  hookwire::HookData pre(const hookwire::Call& call) override {
    if (call.method() != "create_share_instance") return nullptr;
    const std::string& project = call.context().project_id;
    const std::lock_guard lock(mutex_);
    const auto held = std::count_if(project_of_.begin(), project_of_.end(),
                                    [&](const auto& each) { return each.second == project; });
    if (held >= most_) {
      throw QuotaExceeded("project '" + project + "' has " + std::to_string(held) +
                          " shares, at most " + std::to_string(most_) + " are allowed");
    }
    // What it returns says to failure() whether this call is the one that counted the share.
    return project_of_.try_emplace(share_id(call), project).second;
  }

  void post(const hookwire::Call& call, hookwire::Outcome&, hookwire::HookData&) override {
    if (call.method() == "delete_share_instance") forget(share_id(call));
  }

  void failure(const hookwire::Call& call, const hookwire::Failure&,
               hookwire::HookData& data) override {
    const bool* counted = data.get_if<bool>();
    if (counted != nullptr && *counted) forget(share_id(call));
  }

  void periodic(const hookwire::PeriodicData&) override {}

 private:
  static const std::string& share_id(const hookwire::Call& call) {
    return call.arg<std::string>("share_id");
  }
  void forget(const std::string& share_id) {
    const std::lock_guard lock(mutex_);
    project_of_.erase(share_id);
  }

  const std::int64_t most_;
  std::mutex mutex_;
  std::map<std::string, std::string> project_of_;
};

}  // namespace

extern "C" HOOKWIRE_PLUGIN_EXPORT const char hookwire_plugin_abi[] = HOOKWIRE_PLUGIN_ABI;
extern "C" HOOKWIRE_PLUGIN_EXPORT hookwire::Hook* hookwire_make_hook(
    const char* class_name, const hookwire::HookSetup& setup) {
  if (std::string_view(class_name) == "QuotaHook") return new QuotaHook(setup);
  return nullptr;
}

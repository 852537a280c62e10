// A hook library as a user writes one: refuses calls whose argument "a" is above its option
// `quota`.
#include <stdexcept>
#include <string_view>

#include "hookwire/hooks/plugin.h"

namespace {

struct QuotaExceeded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class QuotaHook final : public hookwire::Hook {
 public:
  explicit QuotaHook(const hookwire::HookSetup& setup)
      : quota_(setup.options.integer("quota", 10, 0, 1000)) {}

  hookwire::HookData pre(const hookwire::Call& call) override {
    if (call.arg<int>("a") > quota_) throw QuotaExceeded("above the quota");
    return nullptr;
  }
  void post(const hookwire::Call&, hookwire::Outcome&, hookwire::HookData&) override {}
  void periodic(const hookwire::PeriodicData&) override {}

 private:
  const std::int64_t quota_;
};

}  // namespace

extern "C" HOOKWIRE_PLUGIN_EXPORT const char hookwire_plugin_abi[] = HOOKWIRE_PLUGIN_ABI;
extern "C" HOOKWIRE_PLUGIN_EXPORT hookwire::Hook* hookwire_make_hook(
    const char* class_name, const hookwire::HookSetup& setup) {
  if (std::string_view(class_name) == "QuotaHook") return new QuotaHook(setup);
  return nullptr;
}

// A hook library whose hook is at fault: it raises in the pre of calls for a share whose name
// begins with "bad".
#include <stdexcept>
#include <string>
#include <string_view>

#include "hookwire/hooks/plugin.h"

namespace {

class FlakyHook final : public hookwire::Hook {
 public:
  hookwire::HookData pre(const hookwire::Call& call) override {
    const hookwire::Argument* const share = call.find("share_id");
    if (share != nullptr && share->value.get<std::string>().starts_with("bad")) {
      throw std::runtime_error("this hook is out of order");
    }
    return nullptr;
  }
  void post(const hookwire::Call&, hookwire::Outcome&, hookwire::HookData&) override {}
  void periodic(const hookwire::PeriodicData&) override {}
};

}  // namespace

extern "C" HOOKWIRE_PLUGIN_EXPORT const char hookwire_plugin_abi[] = HOOKWIRE_PLUGIN_ABI;
extern "C" HOOKWIRE_PLUGIN_EXPORT hookwire::Hook* hookwire_make_hook(const char* class_name,
                                                                     const hookwire::HookSetup&) {
  if (std::string_view(class_name) == "FlakyHook") return new FlakyHook;
  return nullptr;
}

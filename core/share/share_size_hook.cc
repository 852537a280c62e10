#include "hookwire/share/share_size_hook.h"

#include <cstdint>
#include <limits>
#include <string>

#include "hookwire/share/share_error.h"

namespace hookwire {

namespace {

class ShareTooLarge : public ShareError {
 public:
  using ShareError::ShareError;
};

class ShareSizeHook final : public Hook {
 public:
  explicit ShareSizeHook(std::uint64_t max_gb) : max_gb_(max_gb) {}

  HookData pre(const Call& call) override {
    check(call, "create_share_instance", "size_gb");
    check(call, "extend_share", "new_size_gb");
    check(call, "manage_share", "size_gb");
    return nullptr;
  }
  void post(const Call& /*call*/, Outcome& /*outcome*/, HookData& /*data*/) override {}
  void periodic(const PeriodicData& /*data*/) override {}

 private:
  void check(const Call& call, std::string_view method, std::string_view argument) const {
    if (call.method() != method) return;
    const auto size_gb = call.arg<std::uint64_t>(argument);
    if (size_gb > max_gb_) {
      throw ShareTooLarge(std::to_string(size_gb) + " GB asked for, at most " +
                          std::to_string(max_gb_) + " GB are allowed here");
    }
  }

  std::uint64_t max_gb_;
};

}  // namespace

std::shared_ptr<Hook> make_share_size_hook(const HookSetup& setup) {
  static_cast<void>(setup.options.required_text("max_share_size_gb"));
  const std::int64_t max_gb =
      setup.options.integer("max_share_size_gb", 0, 1, std::numeric_limits<std::int64_t>::max());
  return std::make_shared<ShareSizeHook>(static_cast<std::uint64_t>(max_gb));
}

}  // namespace hookwire

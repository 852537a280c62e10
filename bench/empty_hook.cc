#include "empty_hook.h"

#include <string>

namespace hookwire::bench {

namespace {

class EmptyHook final : public Hook {
 public:
  explicit EmptyHook(bool durations) : durations_(durations) {}
  HookData pre(const Call& /*call*/) override { return nullptr; }
  void post(const Call& /*call*/, Outcome& /*outcome*/, HookData& /*data*/) override {}
  void periodic(const PeriodicData& /*data*/) override {}
  bool wants_durations() const noexcept override { return durations_; }

 private:
  bool durations_;
};

}  // namespace

std::vector<HookInstance> empty_hooks(int count, bool durations) {
  std::vector<HookInstance> hooks;
  hooks.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    hooks.push_back({.name = "empty" + std::to_string(i),
                     .class_name = "EmptyHook",
                     .hook = std::make_shared<EmptyHook>(durations)});
  }
  return hooks;
}

std::vector<HookInstance> switched_off_hook() {
  std::vector<HookInstance> hooks = empty_hooks(1);
  hooks.front().switches = {.pre = false, .post = false, .periodic = false};
  return hooks;
}

}  // namespace hookwire::bench

// A hook that refuses calls: no share above a size reaches the driver. The driver's method does not
// run then, and the caller gets the hook's own exception. (A service would list the built-in
// hookwire:ShareSizeHook, which does this, in its configuration.)
#pragma once

#include <cstdint>
#include <string>

#include "hookwire/hooks/hook.h"
#include "hookwire/share/share_error.h"

struct TooLarge : hookwire::ShareError {
  using ShareError::ShareError;
};

class SizeVetoHook final : public hookwire::Hook {
 public:
  explicit SizeVetoHook(std::uint64_t most_gb) : most_gb_(most_gb) {}

  hookwire::HookData pre(const hookwire::Call& call) override {
    if (call.method() == "create_share_instance") check(call.arg<std::uint64_t>("size_gb"));
    if (call.method() == "extend_share") check(call.arg<std::uint64_t>("new_size_gb"));
    return nullptr;
  }
  void post(const hookwire::Call&, hookwire::Outcome&, hookwire::HookData&) override {}
  void periodic(const hookwire::PeriodicData&) override {}

 private:
  void check(std::uint64_t size_gb) const {
    if (size_gb > most_gb_) throw TooLarge(std::to_string(size_gb) + " GB are too much");
  }

  const std::uint64_t most_gb_;
};

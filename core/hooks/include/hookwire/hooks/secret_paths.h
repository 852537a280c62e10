#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/method.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Where secrets stand in a call: "access_key" is an argument (or "result"), "access.access_key" an
/// entry within one, at whatever depth and in each item of a list, and "*.access_key" whatever is
/// called so, anywhere. Immutable while it is used.
class SecretPaths {
 public:
  static constexpr std::size_t kMaxNamed = 32;  ///< What `redact` may name.
  static constexpr std::size_t kMax = kMaxArguments + kMaxNamed;

  SecretPaths() = default;
  SecretPaths(const Names& names);  // NOLINT(google-explicit-constructor): a descriptor's secrets
  SecretPaths(const Names& names, const std::vector<std::string>& more);

  /// Throws Error configuration beyond kMax and for a path above 255 bytes.
  void add(std::string_view path);

  bool empty() const noexcept { return paths_.empty(); }
  std::size_t size() const noexcept { return paths_.size(); }
  const std::string& operator[](std::size_t index) const noexcept { return paths_[index]; }

  /// True when the argument (or result) called `name` is a secret or can have one within.
  bool may_be_in(std::string_view name) const noexcept;

 private:
  std::vector<std::string> paths_;
};

/// Follows a visitor through one argument and says whether the value that is due is a secret. Keeps
/// no view of what it is shown, never allocates. Thread-compatible.
class SecretPlace {
 public:
  static constexpr std::size_t kMaxDepth = 24;

  /// `paths` must outlive it; `name` is the argument's, or "result".
  SecretPlace(const SecretPaths& paths, std::string_view name) noexcept : paths_(paths) {
    this->name(name, false);
  }

  bool secret() const noexcept { return secret_[depth_]; }
  /// A list or map begins, within kMaxDepth.
  void begin(bool is_map) noexcept;
  void key(std::string_view name) noexcept { this->name(name, true); }
  void end() noexcept { --depth_; }

 private:
  static constexpr std::uint8_t kDead = 255;

  void name(std::string_view name, bool below) noexcept;

  const SecretPaths& paths_;
  std::size_t depth_ = 0;
  std::array<bool, kMaxDepth + 1> secret_;
  // How much of each path the names from the argument down to a depth have matched.
  std::array<std::array<std::uint8_t, SecretPaths::kMax>, kMaxDepth + 1> matched_;
};

}  // namespace hookwire
#pragma GCC visibility pop

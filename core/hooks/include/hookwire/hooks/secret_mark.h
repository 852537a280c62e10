#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// What stands in place of a secret, or of a text that may not be shown at all.
inline constexpr std::string_view kSecretText = "<secret>";

/// The most bytes that stand in place of a secret.
inline constexpr std::size_t kMaxMarkBytes = 48;

/// Says what stands in place of a secret. Never allocates. Thread-safe.
class SecretMark {
 public:
  /// Writes the mark of `secret` to the front of `into`; returns how long it is.
  virtual std::size_t mark(std::string_view secret,
                           std::span<char, kMaxMarkBytes> into) const noexcept = 0;

 protected:
  // Not virtual, so that a constant can be one; a shared pointer knows what it destroys.
  ~SecretMark() = default;
};

/// The same mark for every secret: `<secret>`. Immutable.
class PlainMark final : public SecretMark {
 public:
  std::size_t mark(std::string_view /*secret*/,
                   std::span<char, kMaxMarkBytes> into) const noexcept override {
    std::copy(kSecretText.begin(), kSecretText.end(), into.begin());
    return kSecretText.size();
  }
};
inline constexpr PlainMark kPlainMark;

}  // namespace hookwire
#pragma GCC visibility pop

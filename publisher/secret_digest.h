#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "hookwire/hooks/secret_mark.h"

namespace hookwire {

/// What a secret is replaced by: "hmac-sha256:" and the first 128 bits, in 32 hex digits, of
/// HMAC-SHA256 (RFC 2104) of its bytes. Equal secrets have equal digests wherever the key is the
/// same; without the key nobody can try values of a dictionary. Costs two runs of SHA-256 over
/// the secret, no allocation, no lock. Immutable, thread-safe.
class SecretDigest final : public SecretMark {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::string_view kPrefix = "hmac-sha256:";
  using Key = std::array<std::byte, kKeyBytes>;

  explicit SecretDigest(const Key& key);
  ~SecretDigest();
  SecretDigest(const SecretDigest&) = delete;
  SecretDigest& operator=(const SecretDigest&) = delete;

  std::size_t mark(std::string_view secret,
                   std::span<char, kMaxMarkBytes> into) const noexcept override;

 private:
  struct Keyed;  // the states of SHA-256 behind the inner and the outer pad
  std::unique_ptr<Keyed> keyed_;
};

}  // namespace hookwire

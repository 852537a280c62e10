// EVP_MAC allocates for each digest, and a call must not. The plain functions of SHA-256 do not:
// their state is a struct, prepared once with the key and copied for each secret.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "secret_digest.h"

#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace hookwire {

namespace {

constexpr std::size_t kShownBytes = 16;

void begin(SHA256_CTX& state, const SecretDigest::Key& key, unsigned char pad) {
  std::array<unsigned char, SHA256_CBLOCK> block;
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) {
    block[i] = static_cast<unsigned char>(block[i] ^ static_cast<unsigned char>(key[i]));
  }
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace

struct SecretDigest::Keyed {
  SHA256_CTX inner;
  SHA256_CTX outer;
};

SecretDigest::SecretDigest(const Key& key) : keyed_(std::make_unique<Keyed>()) {
  begin(keyed_->inner, key, 0x36);
  begin(keyed_->outer, key, 0x5C);
}

SecretDigest::~SecretDigest() {
  OPENSSL_cleanse(keyed_.get(), sizeof(Keyed));
}

std::size_t SecretDigest::mark(std::string_view secret,
                               std::span<char, kMaxMarkBytes> into) const noexcept {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_CTX state = keyed_->inner;
  SHA256_Update(&state, secret.data(), secret.size());
  SHA256_Final(digest.data(), &state);  // leaves the state clean
  state = keyed_->outer;
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  char* at = std::copy(kPrefix.begin(), kPrefix.end(), into.data());
  for (std::size_t i = 0; i < kShownBytes; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    *at++ = kDigits[digest[i] >> 4];
    *at++ = kDigits[digest[i] & 0xF];
  }
  static_assert(kPrefix.size() + 2 * kShownBytes <= kMaxMarkBytes);
  return static_cast<std::size_t>(at - into.data());
}

}  // namespace hookwire

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "hookwire/hooks/secret_texts.h"

namespace hookwire {

/// Memory for the secrets of calls in flight, kept for the next calls, so that one with secrets
/// allocates nothing while no more than kKept are in flight at once. Wiped when a call gives it
/// back. Takes no lock, since a forked child could wait for one for ever. Thread-safe.
class SecretsPool {
 public:
  static constexpr std::size_t kKept = 64;

  struct GiveBack {
    SecretsPool* pool = nullptr;
    void operator()(SecretTexts* texts) const noexcept { pool->give_back(texts); }
  };
  using Taken = std::unique_ptr<SecretTexts, GiveBack>;

  SecretsPool() = default;
  ~SecretsPool() {
    for (std::atomic<SecretTexts*>& place : kept_) delete place.load(std::memory_order_acquire);
  }
  SecretsPool(const SecretsPool&) = delete;
  SecretsPool& operator=(const SecretsPool&) = delete;

  Taken take() {
    for (std::atomic<SecretTexts*>& place : kept_) {
      if (place.load(std::memory_order_relaxed) == nullptr) continue;
      SecretTexts* const texts = place.exchange(nullptr, std::memory_order_acquire);
      if (texts != nullptr) return {texts, GiveBack{this}};
    }
    return {new SecretTexts(), GiveBack{this}};
  }

 private:
  void give_back(SecretTexts* texts) noexcept {
    texts->clear();
    for (std::atomic<SecretTexts*>& place : kept_) {
      SecretTexts* none = nullptr;
      if (place.load(std::memory_order_relaxed) == nullptr &&
          place.compare_exchange_strong(none, texts, std::memory_order_release)) {
        return;
      }
    }
    delete texts;
  }

  std::array<std::atomic<SecretTexts*>, kKept> kept_{};
};

}  // namespace hookwire

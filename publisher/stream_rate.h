#pragma once

#include <algorithm>
#include <cstdint>

namespace hookwire {

/// A token bucket: so many requests a second, and as many at once. Thread-compatible.
class StreamRate {
 public:
  StreamRate(std::uint32_t per_second, std::int64_t now_ns) noexcept
      : cost_ns_(kSecondNs / std::max<std::uint32_t>(per_second, 1)),
        filled_ns_(now_ns - kSecondNs) {}

  /// Takes one; false when there is none left now.
  bool take(std::int64_t now_ns) noexcept {
    // The bucket as a time: it holds what has passed since filled_ns_, a second's worth at most.
    filled_ns_ = std::max(filled_ns_, now_ns - kSecondNs);
    if (filled_ns_ + cost_ns_ > now_ns) return false;
    filled_ns_ += cost_ns_;
    return true;
  }

 private:
  static constexpr std::int64_t kSecondNs = 1'000'000'000;

  std::int64_t cost_ns_;
  std::int64_t filled_ns_;
};

}  // namespace hookwire

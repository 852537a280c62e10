#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>

#pragma GCC visibility push(default)
namespace hookwire {

/// How often something took how long: counts by powers of two, so that to find the place of a
/// duration takes no search. Thread-compatible.
struct DurationHistogram {
  /// Those of at most 256 ns are in the first bucket, of at most 512 ns in the second, and so on to
  /// 137 s; the last has the rest.
  static constexpr std::size_t kBounds = 30;
  static constexpr std::size_t kBuckets = kBounds + 1;
  static constexpr unsigned kFirstBit = 8;

  /// The longest duration that bucket `index`, below kBounds, counts.
  static constexpr std::int64_t bound_ns(std::size_t index) noexcept {
    return std::int64_t{1} << (kFirstBit + index);
  }
  /// Where a duration of 0 or more is counted.
  static constexpr std::size_t bucket(std::int64_t duration_ns) noexcept {
    constexpr std::uint64_t kShortest = (1U << kFirstBit) - 1;
    const std::uint64_t below = static_cast<std::uint64_t>(duration_ns - (duration_ns > 0 ? 1 : 0));
    const auto bits = static_cast<std::size_t>(std::bit_width(below | kShortest));
    return std::min(bits - kFirstBit, kBounds);
  }

  std::uint64_t count() const noexcept {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  }

  std::array<std::uint64_t, kBuckets> counts{};
  std::uint64_t sum_ns = 0;

  friend bool operator==(const DurationHistogram&, const DurationHistogram&) = default;
};

}  // namespace hookwire
#pragma GCC visibility pop

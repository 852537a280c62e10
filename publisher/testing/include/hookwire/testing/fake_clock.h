#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "hookwire/base/clock.h"

namespace hookwire::testing {

/// A clock that stands still until it is told to go on, or goes on by `step` at each reading.
/// Counts its readings. A chain with this clock measures exactly what a test's driver and hooks let
/// pass with advance(). Thread-safe.
class FakeClock final : public Clock {
 public:
  static constexpr std::int64_t kStartUnixNs = 1'700'000'000'000'000'000;
  static constexpr std::int64_t kStartSteadyNs = 1'000'000'000;

  explicit FakeClock(std::chrono::nanoseconds step = std::chrono::nanoseconds(0)) noexcept
      : step_(step.count()) {}

  std::int64_t unix_ns() const noexcept override { return kStartUnixNs + read() + unix_skew_; }
  std::int64_t steady_ns() const noexcept override { return kStartSteadyNs + read(); }

  /// Both clocks go on by `by`.
  void advance(std::chrono::nanoseconds by) noexcept { elapsed_ += by.count(); }
  /// Somebody sets the machine's clock: only unix_ns() jumps, either way.
  void jump_unix(std::chrono::nanoseconds by) noexcept { unix_skew_ += by.count(); }
  /// How often either clock was read.
  std::uint64_t readings() const noexcept { return readings_; }

 private:
  std::int64_t read() const noexcept {
    readings_.fetch_add(1);
    return elapsed_.fetch_add(step_);
  }

  const std::int64_t step_;
  mutable std::atomic<std::int64_t> elapsed_{0};
  mutable std::atomic<std::uint64_t> readings_{0};
  std::atomic<std::int64_t> unix_skew_{0};
};

}  // namespace hookwire::testing

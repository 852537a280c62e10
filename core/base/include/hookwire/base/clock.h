#pragma once

#include <chrono>
#include <cstdint>

namespace hookwire {

/// The time, behind a seam so that tests can set it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Nanoseconds since the Unix epoch, UTC. May step either way when the machine's clock is set.
  virtual std::int64_t unix_ns() const noexcept = 0;

  /// Nanoseconds of a clock that only goes forward. Comparable within one process only.
  virtual std::int64_t steady_ns() const noexcept = 0;
};

/// The machine's own clocks. No state; costs about 25 ns a read, no system call (vDSO).
class SystemClock final : public Clock {
 public:
  std::int64_t unix_ns() const noexcept override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::int64_t steady_ns() const noexcept override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace hookwire

#pragma once

#include <chrono>
#include <cstdint>

#pragma GCC visibility push(default)
namespace hookwire {

/// The time, behind a seam so that tests can set it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Nanoseconds since the Unix epoch, UTC. May step either way when the machine's clock is set.
  virtual std::int64_t unix_ns() const noexcept = 0;

  /// Nanoseconds of a clock that only goes forward. Comparable within one process only.
  virtual std::int64_t steady_ns() const noexcept = 0;

  /// The same for durations alone, where each reading counts: a clock of its own, that may be read
  /// some ten nanoseconds early or late and goes up to 0.01 % wrong.
  virtual std::int64_t stopwatch_ns() const noexcept { return steady_ns(); }
};

/// The machine's own clocks. No state, no system call (vDSO): about 25 ns a reading, the stopwatch
/// about 10 ns where the kernel too keeps time by the processor's counter. The stopwatch's first
/// reading in a process takes 2 ms.
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
  std::int64_t stopwatch_ns() const noexcept override;
};

}  // namespace hookwire
#pragma GCC visibility pop

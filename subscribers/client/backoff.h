#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace hookwire {

/// Pauses between attempts: doubled from `least` to `most`, each drawn between half and the whole,
/// so that many subscribers of one publisher do not come back at the same instant.
/// Thread-compatible.
class Backoff {
 public:
  Backoff(std::chrono::nanoseconds least, std::chrono::nanoseconds most, std::uint32_t seed);

  /// The pause before the next attempt, in nanoseconds.
  std::int64_t next_ns();
  /// The last attempt was good: the next pause is drawn from `least` again.
  void reset() noexcept { whole_ns_ = least_ns_; }

 private:
  std::int64_t least_ns_;
  std::int64_t most_ns_;
  std::int64_t whole_ns_;
  std::minstd_rand random_;
};

}  // namespace hookwire

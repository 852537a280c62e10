#include "replay_pace.h"

#include <algorithm>
#include <cmath>

namespace hookwire {
namespace {

constexpr double kSecondNs = 1e9;

}  // namespace

bool ReplayPace::is_open(std::int64_t now_ns) noexcept {
  const double passed = static_cast<double>(now_ns - filled_ns_) / kSecondNs;
  filled_ns_ = now_ns;
  // Time alone saves up little: what is saved is sent in a burst, for which a live record waits.
  const double most = rate_ * static_cast<double>(kKeptNs) / kSecondNs;
  bytes_ = std::min(bytes_ + rate_ * passed, most);
  return bytes_ + added_ >= 0;
}

void ReplayPace::spend(std::uint64_t bytes) noexcept {
  const double all = static_cast<double>(bytes);
  const double of_added = std::min(added_, all);
  added_ -= of_added;
  bytes_ -= all - of_added;
}

void ReplayPace::add(std::uint64_t bytes) noexcept {
  added_ = std::min(added_ + static_cast<double>(bytes), kKeptBytes);
}

void ReplayPace::came(std::int64_t late_ns) noexcept {
  rate_ = std::clamp(rate_ * (late_ns > kLateNs ? kWhenLate : kWhenInTime), kLeast, kMost);
}

std::int64_t ReplayPace::due_ns() const noexcept {
  const double lacking = -bytes_ - added_;
  if (lacking <= 0) return filled_ns_;
  return filled_ns_ + static_cast<std::int64_t>(std::ceil(lacking / rate_ * kSecondNs));
}

}  // namespace hookwire

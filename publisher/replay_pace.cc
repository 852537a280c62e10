#include "replay_pace.h"

#include <algorithm>
#include <cmath>

namespace hookwire {
namespace {

constexpr double kSecondNs = 1e9;

}  // namespace

bool ReplayPace::is_open(std::int64_t now_ns) noexcept {
  const std::int64_t passed_ns = std::min(now_ns - filled_ns_, kKeptNs);
  filled_ns_ = now_ns;
  const double most = kKeptBytes + rate_ * static_cast<double>(kKeptNs) / kSecondNs;
  bytes_ = std::min(bytes_ + rate_ * static_cast<double>(passed_ns) / kSecondNs, most);
  return bytes_ >= 0;
}

void ReplayPace::came(std::int64_t late_ns) noexcept {
  rate_ = std::clamp(rate_ * (late_ns > kLateNs ? kWhenLate : kWhenInTime), kLeast, kMost);
}

std::int64_t ReplayPace::due_ns() const noexcept {
  if (bytes_ >= 0) return filled_ns_;
  return filled_ns_ + static_cast<std::int64_t>(std::ceil(-bytes_ / rate_ * kSecondNs));
}

}  // namespace hookwire

#include "backoff.h"

#include <algorithm>

namespace hookwire {

Backoff::Backoff(std::chrono::nanoseconds least, std::chrono::nanoseconds most, std::uint32_t seed)
    : least_ns_(std::max<std::int64_t>(least.count(), 1)),
      most_ns_(std::max(most.count(), least_ns_)),
      whole_ns_(least_ns_),
      random_(seed) {}

std::int64_t Backoff::next_ns() {
  std::uniform_int_distribution<std::int64_t> pause(whole_ns_ / 2, whole_ns_);
  const std::int64_t drawn = pause(random_);
  whole_ns_ = whole_ns_ > most_ns_ / 2 ? most_ns_ : whole_ns_ * 2;
  return drawn;
}

}  // namespace hookwire

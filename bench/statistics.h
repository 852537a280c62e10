#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hookwire::bench {

/// What several rounds of one measurement gave.
struct Summary {
  double median = 0;
  double lowest = 0;
  double highest = 0;
};

/// `values` holds one at least.
double median(std::vector<double> values);
Summary summarise(const std::vector<double>& values);

/// a[i] - b[i], round by round.
std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b);

/// The value below which `share` (0 to 1) of `sorted` lie; `sorted` holds one at least.
std::uint32_t quantile(std::span<const std::uint32_t> sorted, double share);

}  // namespace hookwire::bench

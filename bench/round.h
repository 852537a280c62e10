#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace hookwire::bench {

/// One of the things that are compared. `run` measures it once and returns its figures, always the
/// same ones in the same order.
struct Variant {
  std::string name;
  std::function<std::vector<double>()> run;
  std::vector<std::vector<double>> rounds{};

  /// One figure, round by round.
  std::vector<double> figure(std::size_t index) const;
};

/// Runs every variant in turn, `rounds` times over (A B A B): what the machine does meanwhile
/// meets all of them alike. With `warm_up` once more before, for nothing.
void interleave(std::vector<Variant>& variants, int rounds, bool warm_up);

}  // namespace hookwire::bench

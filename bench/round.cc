#include "round.h"

namespace hookwire::bench {

std::vector<double> Variant::figure(std::size_t index) const {
  std::vector<double> values;
  for (const std::vector<double>& round : rounds) values.push_back(round.at(index));
  return values;
}

void interleave(std::vector<Variant>& variants, int rounds, bool warm_up) {
  if (warm_up) {
    for (Variant& variant : variants) static_cast<void>(variant.run());
  }
  for (int round = 0; round < rounds; ++round) {
    for (Variant& variant : variants) variant.rounds.push_back(variant.run());
  }
}

}  // namespace hookwire::bench

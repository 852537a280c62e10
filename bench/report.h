#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "table.h"

namespace hookwire::bench {

/// What a benchmark says: lines and tables to standard output, every round's figures to JSON.
class Report {
 public:
  /// Begins with the machine: cores, processor, kernel.
  Report(std::string name, bool quick);

  void line(const std::string& text);
  void table(const Table& table);

  /// One figure in each round.
  void figures(const std::string& name, const std::string& unit, const std::vector<double>& rounds);
  /// A fact that the figures depend on.
  template <class T>
  void fact(const std::string& name, const T& value) {
    json_["facts"][name] = value;
  }

  std::string json() const { return json_.dump(2) + '\n'; }

 private:
  nlohmann::ordered_json json_;
};

}  // namespace hookwire::bench

#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hookwire::bench {

/// Lines of cells for people: the first column flush left, the others flush right.
class Table {
 public:
  static constexpr std::size_t kMostColumns = 80;  // of the terminal

  /// The first line says what the columns are.
  explicit Table(std::vector<std::string> head);
  /// As many cells as the head has.
  void row(std::vector<std::string> cells);
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// `value` with `decimals` digits behind the point and commas between thousands.
std::string number(double value, int decimals = 0);
/// The same with its sign, also when it is positive.
std::string signed_number(double value, int decimals = 0);

}  // namespace hookwire::bench

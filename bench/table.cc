#include "table.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace hookwire::bench {

Table::Table(std::vector<std::string> head) {
  rows_.push_back(std::move(head));
}

void Table::row(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(widths[i] - cells[i].size(), ' ');
      line += i == 0 ? cells[i] + pad : "  " + pad + cells[i];
    }
    text += line + '\n';
  }
  return text;
}

std::string number(double value, int decimals) {
  std::array<char, 64> digits{};
  std::snprintf(digits.data(), digits.size(), "%.*f", decimals, value);
  std::string text = digits.data();
  const std::size_t first = text.front() == '-' ? 1 : 0;
  std::size_t point = std::min(text.find('.'), text.size());
  while (point > first + 3) {
    point -= 3;
    text.insert(point, 1, ',');
  }
  return text;
}

std::string signed_number(double value, int decimals) {
  const std::string text = number(value, decimals);
  return text.front() == '-' ? text : '+' + text;
}

}  // namespace hookwire::bench

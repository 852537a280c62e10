#pragma once

#include <cstddef>
#include <string_view>

namespace hookwire {

/// True when `pattern` matches all of `text`: * is any run of bytes, ? one byte, all else itself.
/// Never allocates; at worst as many steps as the product of the lengths.
constexpr bool matches_glob(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the * that took bytes last
  std::size_t taken = 0;                      // where the text behind those bytes began
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace hookwire

#pragma once

#include <string_view>

namespace hookwire {

inline constexpr std::string_view kBlanks = " \t\r\n\v\f";

/// `text` without the blanks around it.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// True for a letter or a digit of ASCII, '_', '-' or '.': what names of hooks are made of.
constexpr bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

}  // namespace hookwire

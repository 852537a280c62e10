#include "quantity.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "text.h"

namespace hookwire {

namespace {

template <class Number>
struct Unit {
  std::string_view suffix;
  Number factor;
};

constexpr std::array<Unit<std::int64_t>, 7> kTimeUnits{{{"d", 86'400'000'000'000},
                                                        {"h", 3'600'000'000'000},
                                                        {"m", 60'000'000'000},
                                                        {"s", 1'000'000'000},
                                                        {"ms", 1'000'000},
                                                        {"us", 1'000},
                                                        {"ns", 1}}};
constexpr std::array<Unit<std::uint64_t>, 7> kByteUnits{{{"G", 1u << 30},
                                                         {"M", 1u << 20},
                                                         {"K", 1u << 10},
                                                         {"g", 1u << 30},
                                                         {"m", 1u << 20},
                                                         {"k", 1u << 10},
                                                         {"", 1}}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

// The number at the front of `text`, times the factor of the unit behind it.
template <class Number, std::size_t kCount>
std::optional<Number> parse_quantity(std::string_view text, std::string_view default_unit,
                                     const std::array<Unit<Number>, kCount>& units) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::string_view suffix = rest.empty() ? default_unit : trimmed(rest);
  for (const Unit<Number>& unit : units) {
    Number result{};
    if (unit.suffix != suffix) continue;
    if (__builtin_mul_overflow(number, unit.factor, &result)) return std::nullopt;
    return result;
  }
  return std::nullopt;
}

template <class Number, std::size_t kCount>
std::string format_quantity(Number number, std::string_view zero_unit,
                            const std::array<Unit<Number>, kCount>& units) {
  if (number == 0) return "0" + std::string(zero_unit);
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit<Number>& candidate) {
    return number % candidate.factor == 0;
  });
  return std::to_string(number / unit->factor) + std::string(unit->suffix);
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept {
  return parse_quantity(text, "", kByteUnits);
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept {
  const auto count = parse_quantity(text, "s", kTimeUnits);
  if (!count) return std::nullopt;
  return std::chrono::nanoseconds(*count);
}

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return std::nullopt;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  return format_quantity<std::int64_t>(duration.count(), "s", kTimeUnits);
}

std::string format_bytes(std::uint64_t bytes) {
  return format_quantity<std::uint64_t>(bytes, "", kByteUnits);
}

}  // namespace hookwire

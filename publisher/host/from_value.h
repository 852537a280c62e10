#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/share/share_types.h"

namespace hookwire {

// from_value(value, what, out): the plain value `value` as the type that a parameter takes. `what`
// names it in the error: "argument 'size_gb'". Throws Error bad_input that says what was expected
// and what was found.

void from_value(const Value& value, std::string_view what, std::string& out);
void from_value(const Value& value, std::string_view what, std::uint64_t& out);
void from_value(const Value& value, std::string_view what, Access& out);
void from_value(const Value& value, std::string_view what, DriverOptions& out);

template <class T>
void from_value(const Value& value, std::string_view what, std::optional<T>& out) {
  if (value.is_null()) return;
  from_value(value, what, out.emplace());
}

/// True for a parameter that may be left out: it is then the type's empty value.
template <class T>
inline constexpr bool kMayBeAbsent = false;
template <class T>
inline constexpr bool kMayBeAbsent<std::optional<T>> = true;
template <>
inline constexpr bool kMayBeAbsent<DriverOptions> = true;

/// What kind of value it is, in words: "a string", "a list". Never throws.
std::string_view kind_of(const Value& value) noexcept;

}  // namespace hookwire

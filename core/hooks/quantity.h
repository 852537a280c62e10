#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hookwire {

/// A whole number in decimal, with or without '-'. nullopt for anything else, or out of range.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

/// A whole number of bytes, with K, M or G (1024, either case) behind it or not.
std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;

/// A whole number with ns, us, ms, s, m, h or d behind it; seconds without.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept;

/// true, false, yes, no, on, off, 1 or 0, in any case.
std::optional<bool> parse_boolean(std::string_view text);

/// As parse_duration reads it, in the largest unit that is exact: "250ms".
std::string format_duration(std::chrono::nanoseconds duration);

/// As parse_bytes reads it, in the largest unit that is exact: "64M".
std::string format_bytes(std::uint64_t bytes);

}  // namespace hookwire

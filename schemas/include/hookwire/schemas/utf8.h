#pragma once

#include <cstddef>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// True when `text` is UTF-8 as of RFC 3629: no overlong forms, no surrogates, nothing above
/// U+10FFFF. Never throws.
bool is_utf8(std::string_view text) noexcept;

/// True when `text` is UTF-8 and holds no control character (U+0000 to U+001F, U+007F to U+009F).
bool is_printable_utf8(std::string_view text) noexcept;

/// The longest front of `text` of at most `max_bytes` that does not end within a character.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop

#include "hookwire/format/printable.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>

namespace hookwire {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// The character at the front of `text`; overlong forms, surrogates and what is beyond Unicode are
// not UTF-8 (RFC 3629).
Character character_of(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7fu >> bytes);
  for (std::size_t n = 1; n < bytes; ++n) {
    if ((byte(n) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(n) & 0x3f);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kLeast[bytes] || surrogate || code > 0x10ffff ? Character{}
                                                              : Character{code, bytes};
}

bool is_dangerous(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return control || separator || direction;
}

std::string escape(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), code < 0x80 ? "\\x%02x" : "\\u%04x",
                static_cast<unsigned>(code));
  return text.data();
}

}  // namespace

std::string printable(std::string_view text) {
  return printable(text, std::numeric_limits<std::size_t>::max());
}

std::string printable(std::string_view text, std::size_t most) {
  std::string shown;
  std::size_t width = 0;
  std::size_t keep = 0;  // bytes of `shown` that leave room for an ellipsis
  while (!text.empty()) {
    const Character next = character_of(text);
    const std::size_t bytes = next.bytes == 0 ? 1 : next.bytes;
    std::string piece(text.substr(0, bytes));
    std::size_t piece_width = 1;
    if (next.bytes == 0 || next.code == '\\' || is_dangerous(next.code)) {
      piece = next.bytes == 0 ? "\\xff" : next.code == '\\' ? "\\\\" : escape(next.code);
      piece_width = piece.size();
    }
    if (width + piece_width > most) return shown.substr(0, keep) + "…";
    shown += piece;
    width += piece_width;
    if (width < most) keep = shown.size();
    text.remove_prefix(bytes);
  }
  return shown;
}

}  // namespace hookwire

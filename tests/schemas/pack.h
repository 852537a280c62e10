#pragma once

#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/schemas/body_writer.h"

namespace hookwire::testing {

using Bytes = std::vector<std::byte>;

/// `value` as MessagePack.
template <Visitable T>
Bytes pack(const T& value) {
  Bytes into(256 * 1024);
  BodyWriter writer(into);
  visit_value(value, writer);
  if (writer.overflowed()) throw std::length_error("more than 256 KiB to pack");
  into.resize(writer.size());
  return into;
}

inline std::string to_hex(std::span<const std::byte> bytes) {
  std::string hex;
  for (const std::byte byte : bytes) {
    hex += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
    hex += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
  }
  return hex;
}

inline Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    if (std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16).ptr != hex.data() + i + 2) {
      throw std::invalid_argument("not hexadecimal: " + std::string(hex.substr(i, 2)));
    }
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

}  // namespace hookwire::testing

#include "hookwire/base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace hookwire {

namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;

// kTables[n][b]: the CRC of byte b followed by n zero bytes.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[n - 1][byte];
      tables[n][byte] = (crc >> 8) ^ tables[0][crc & 255];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint64_t load64(const std::byte* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);  // little endian, as everything here
  return word;
}

// Slicing by eight: Kounavis and Berry, "A systematic approach to building high performance,
// software-based, CRC generators".
std::uint32_t in_software(const std::byte* at, std::size_t count, std::uint32_t crc) noexcept {
  for (; count >= 8; at += 8, count -= 8) {
    const std::uint64_t word = load64(at) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kTables[7 - i][word >> (8 * i) & 255];
  }
  for (; count > 0; ++at, --count) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 255];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t in_hardware(const std::byte* at, std::size_t count,
                                                            std::uint32_t crc) noexcept {
  std::uint64_t wide = crc;
  for (; count >= 8; at += 8, count -= 8) wide = _mm_crc32_u64(wide, load64(at));
  crc = static_cast<std::uint32_t>(wide);
  for (; count > 0; ++at, --count) crc = _mm_crc32_u8(crc, std::to_integer<std::uint8_t>(*at));
  return crc;
}
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~in_hardware(bytes.data(), bytes.size(), ~seed);
#endif
  return crc32c_in_software(bytes, seed);
}

std::uint32_t crc32c_in_software(std::span<const std::byte> bytes, std::uint32_t seed) noexcept {
  return ~in_software(bytes.data(), bytes.size(), ~seed);
}

}  // namespace hookwire

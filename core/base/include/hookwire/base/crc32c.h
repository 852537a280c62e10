#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#pragma GCC visibility push(default)
namespace hookwire {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, as in RFC 3720 appendix B.4) of `bytes`.
/// `seed` is the CRC of what came before, so that crc32c(b, crc32c(a)) == crc32c(a followed by b).
/// Uses the processor's instruction where there is one. Thread-safe, never throws, no allocation.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0) noexcept;

/// The same without the processor's instruction, whatever it has; for tests.
std::uint32_t crc32c_in_software(std::span<const std::byte> bytes, std::uint32_t seed = 0) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop

#include "hookwire/base/crc32c.h"

#include <array>
#include <random>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace hookwire {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
TEST(Crc32c, GivesThePublishedValues) {
  std::vector<std::byte> rising(32);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<std::byte>(i);
  EXPECT_EQ(crc32c(std::vector<std::byte>(32)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0xFF})), 0x62A8AB43u);
  EXPECT_EQ(crc32c(rising), 0x46DD794Eu);
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, GoesOnFromASeed) {
  const std::vector<std::byte> whole = bytes_of("nothing is lost in silence");
  const std::span<const std::byte> view(whole);
  EXPECT_EQ(crc32c(view.subspan(7), crc32c(view.first(7))), crc32c(view));
}

TEST(Crc32c, IsTheSameWithAndWithoutTheProcessorsInstruction) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same bytes each time
  for (std::size_t size = 0; size < 300; ++size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    EXPECT_EQ(crc32c(bytes, 7), crc32c_in_software(bytes, 7)) << size;
  }
}

}  // namespace
}  // namespace hookwire

#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/utf8.h"

namespace hookwire {

namespace {

// Steps over MessagePack without keeping anything. Every step that would leave the bytes fails.
class Skipper {
 public:
  explicit Skipper(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // The entries of a map that begins here.
  std::optional<std::uint64_t> map_header() {
    const std::optional<std::uint8_t> first = byte();
    if (!first) return std::nullopt;
    if ((*first & 0xF0) == 0x80) return *first & 0x0F;
    if (*first == 0xDE) return number(2);
    if (*first == 0xDF) return number(4);
    return std::nullopt;
  }

  // The string that begins here; nothing, and nothing consumed, when it is no string.
  std::optional<std::string_view> string() {
    const std::size_t before = at_;
    std::optional<std::uint64_t> size;
    if (const std::optional<std::uint8_t> first = byte()) {
      if ((*first & 0xE0) == 0xA0) size = *first & 0x1F;
      if (*first >= 0xD9 && *first <= 0xDB) size = number(std::size_t{1} << (*first - 0xD9));
    }
    if (!size || *size > bytes_.size() - at_) {
      at_ = before;
      return std::nullopt;
    }
    const auto* text = reinterpret_cast<const char*>(bytes_.data() + at_);
    at_ += *size;
    return std::string_view(text, *size);
  }

  // Steps over one value and all within it. Each turn consumes a byte at least.
  bool skip() {
    std::uint64_t due = 1;
    while (due > 0) {
      const std::optional<std::uint64_t> within = step();
      if (!within || *within > bytes_.size() - at_) return false;
      due += *within - 1;
      if (due > bytes_.size() - at_) return false;
    }
    return true;
  }

 private:
  // Steps over a header and its content; returns how many values follow within it.
  std::optional<std::uint64_t> step() {
    const std::optional<std::uint8_t> first = byte();
    if (!first) return std::nullopt;
    const std::uint8_t code = *first;
    if (code < 0x80 || code >= 0xE0) return 0;     // fixint
    if (code < 0x90) return 2 * (code & 0x0F);     // fixmap
    if (code < 0xA0) return code & 0x0F;           // fixarray
    if (code < 0xC0) return content(code & 0x1F);  // fixstr
    switch (code) {
      case 0xC0:
      case 0xC2:
      case 0xC3:
        return 0;  // nil, false, true
      case 0xC4:
      case 0xD9:
        return content(number(1));  // bin 8, str 8
      case 0xC5:
      case 0xDA:
        return content(number(2));
      case 0xC6:
      case 0xDB:
        return content(number(4));
      case 0xCC:
      case 0xD0:
        return content(1);  // integers
      case 0xCD:
      case 0xD1:
        return content(2);
      case 0xCA:
      case 0xCE:
      case 0xD2:
        return content(4);
      case 0xCB:
      case 0xCF:
      case 0xD3:
        return content(8);
      case 0xDC:
        return number(2);  // array, map
      case 0xDD:
        return number(4);
      case 0xDE:
        return twice(number(2));
      case 0xDF:
        return twice(number(4));
      default:
        return std::nullopt;  // extensions and 0xC1: not in a body
    }
  }

  std::optional<std::uint8_t> byte() {
    if (at_ == bytes_.size()) return std::nullopt;
    return std::to_integer<std::uint8_t>(bytes_[at_++]);
  }

  std::optional<std::uint64_t> number(std::size_t count) {
    if (count > bytes_.size() - at_) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at_++]);
    }
    return value;
  }

  std::optional<std::uint64_t> content(std::optional<std::uint64_t> count) {
    if (!count || *count > bytes_.size() - at_) return std::nullopt;
    at_ += *count;
    return 0;
  }

  static std::optional<std::uint64_t> twice(std::optional<std::uint64_t> count) {
    if (count) *count *= 2;
    return count;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string_view> peek_string(std::span<const std::byte> body,
                                            std::string_view key) noexcept {
  Skipper skipper(body);
  const std::optional<std::uint64_t> entries = skipper.map_header();
  for (std::uint64_t i = 0; entries && i < *entries; ++i) {
    const std::optional<std::string_view> name = skipper.string();
    if (!name) return std::nullopt;
    if (*name == key) {
      const std::optional<std::string_view> text = skipper.string();
      return text && is_utf8(*text) ? text : std::nullopt;
    }
    if (!skipper.skip()) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace hookwire

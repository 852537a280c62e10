#include "segment_format.h"

#include <charconv>
#include <cstring>

#include "hookwire/base/crc32c.h"
#include "hookwire/base/error.h"

namespace hookwire {

namespace {

constexpr char kSegmentMagic[] = "HWJSEGM1";
constexpr std::string_view kSuffix = ".hwj";
constexpr std::size_t kOrdinalDigits = 20;
constexpr std::size_t kMadeCheckedFrom = 16;

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

std::uint32_t made_checksum(const SegmentMade& made) {
  return crc32c(bytes_of(made).subspan(kMadeCheckedFrom));
}

// Of an activation or a seal: all that stands before its checksum.
template <class T>
std::uint32_t part_checksum(const T& part) {
  return crc32c(bytes_of(part).first(sizeof part - sizeof part.checksum));
}

template <class T>
std::optional<T> load_part(std::span<const std::byte> header, std::size_t at, bool present) {
  T part;
  std::memcpy(&part, header.data() + at, sizeof part);
  if (!present || part.checksum != part_checksum(part)) return std::nullopt;
  return part;
}

bool any_byte(std::span<const std::byte> bytes) {
  for (std::byte byte : bytes) {
    if (byte != std::byte{0}) return true;
  }
  return false;
}

std::uint64_t load_word(std::span<const std::byte> bytes, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

}  // namespace

SegmentLive& live_of(std::span<std::byte> segment) noexcept {
  return *reinterpret_cast<SegmentLive*>(segment.data() + kLiveAt);
}

std::array<std::byte, kSegmentHeaderBytes> make_segment_header(std::uint64_t journal_id,
                                                               std::uint64_t ordinal,
                                                               std::uint64_t segment_bytes,
                                                               std::int64_t made_ns) {
  SegmentMade made{.journal_id = journal_id,
                   .ordinal = ordinal,
                   .segment_bytes = segment_bytes,
                   .made_ns = made_ns};
  std::memcpy(made.magic.data(), kSegmentMagic, made.magic.size());
  made.checksum = made_checksum(made);
  std::array<std::byte, kSegmentHeaderBytes> header{};
  std::memcpy(header.data(), &made, sizeof made);
  return header;
}

void store_activation(std::span<std::byte> header, SegmentActivation activation) noexcept {
  activation.checksum = part_checksum(activation);
  std::memcpy(header.data() + kActivationAt, &activation, sizeof activation);
}

void store_seal(std::span<std::byte> header, SegmentSeal seal) noexcept {
  seal.checksum = part_checksum(seal);
  std::memcpy(header.data() + kSealAt, &seal, sizeof seal);
}

std::optional<SegmentHeader> read_segment_header(std::span<const std::byte> header,
                                                 std::uint64_t ordinal,
                                                 const std::filesystem::path& path) {
  if (header.size() < kSegmentHeaderBytes) return std::nullopt;
  SegmentHeader found;
  SegmentMade& made = found.made;
  std::memcpy(&made, header.data(), sizeof made);
  if (std::memcmp(made.magic.data(), kSegmentMagic, made.magic.size()) != 0) return std::nullopt;
  if (made.version != kJournalVersion) {
    throw Error(ErrorCode::incompatible,
                path.string() + " has journal format version " + std::to_string(made.version) +
                    ", this program knows version " + std::to_string(kJournalVersion) +
                    ": use the program that wrote it, or another folder");
  }
  if (made.checksum != made_checksum(made) || made.ordinal != ordinal) return std::nullopt;
  found.activation = load_part<SegmentActivation>(
      header, kActivationAt, any_byte(header.subspan(kActivationAt, sizeof(SegmentActivation))));
  found.seal = load_part<SegmentSeal>(header, kSealAt,
                                      any_byte(header.subspan(kSealAt, sizeof(SegmentSeal))));
  // The live line has no checksum: what cannot be is as good as nothing.
  found.live_end_offset = std::min(load_word(header, kLiveAt), made.segment_bytes);
  const std::uint64_t last = load_word(header, kLiveAt + sizeof(std::uint64_t));
  const std::uint64_t before = found.activation ? found.activation->first_sequence - 1 : 0;
  const std::uint64_t most = before + made.segment_bytes / kRecordHeaderBytes;
  found.live_last_sequence = last < before || last > most ? before : last;
  found.live_sealed = load_word(header, kSealedAt) != 0;
  return found;
}

std::string segment_name(std::uint64_t ordinal) {
  const std::string digits = std::to_string(ordinal);
  return std::string(kOrdinalDigits - digits.size(), '0') + digits + std::string(kSuffix);
}

std::optional<std::uint64_t> segment_ordinal(const std::string& name) {
  if (name.size() != kOrdinalDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  std::uint64_t ordinal = 0;
  const char* end = name.data() + kOrdinalDigits;
  const auto [stop, error] = std::from_chars(name.data(), end, ordinal);
  if (error != std::errc() || stop != end) return std::nullopt;
  return ordinal;
}

}  // namespace hookwire

#include "block.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace hookwire {

namespace {

constexpr std::size_t kChecksumAt = 4;  // in a record

std::uint32_t load(std::span<const std::byte> bytes, std::uint64_t at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// What stands at byte `at` of `bytes` for the record `index` of its block; the place before is
// right. Never 0: that is the place of no record.
std::uint32_t place_of(std::span<const std::byte> record, std::uint64_t index,
                       std::span<const std::byte> bytes, std::uint64_t at) noexcept {
  const std::uint32_t before = index == 0 ? 0 : load(bytes, at + kPlaceBytes);
  const std::uint32_t sum = before + load(record, kChecksumAt);
  return sum == 0 ? 1 : sum;
}

}  // namespace

void store_place(std::span<std::byte> segment, Place at) noexcept {
  const std::uint64_t place_at = places_at(at.offset, at.index + 1);
  const std::uint32_t place = place_of(segment.subspan(at.offset), at.index, segment, place_at);
  auto* const to = reinterpret_cast<std::uint32_t*>(segment.data() + place_at);
  std::atomic_ref(*to).store(place, std::memory_order_release);
}

DecodedRecord decode_in_block(std::span<const std::byte> block, std::size_t at, std::size_t end,
                              std::uint64_t index) noexcept {
  constexpr DecodedRecord kNotHere{.fault = RecordFault::place, .record = {}};
  if (index >= kMostPlaces) return kNotHere;
  const auto place_at = static_cast<std::size_t>(places_at(0, index + 1));
  const std::span<const std::byte> records = block.first(std::min({end, place_at, block.size()}));
  const DecodedRecord decoded = decode_record(records.subspan(std::min(at, records.size())));
  if (decoded.fault != RecordFault::none) return decoded;
  if (block.size() < kBlockBytes ||
      load(block, place_at) != place_of(decoded.record.bytes, index, block, place_at)) {
    return kNotHere;
  }
  return decoded;
}

}  // namespace hookwire

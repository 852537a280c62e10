#pragma once

#include <cstdint>
#include <span>

#include "hookwire/record/record.h"

namespace hookwire {

// A block of a segment: records from its front on, and from its end back one place for each.
//
//  0                                                                      64 KiB
//  +----------+----------+----------+--- ... ---+-------+-------+-------+
//  | record 0 | record 1 | record 2 |   zero    |place 2|place 1|place 0|
//  +----------+----------+----------+--- ... ---+-------+-------+-------+
//                                                u32     u32     u32
//
// A place holds the crc32c fields of its record and of all before it in the block, added up modulo
// 2^32, or 1 where that is 0. A checksum says that a record is sound; its place says that it is the
// one that was appended here, and not bytes that a caller had hidden in an argument and a disk
// wrote to where a record begins. The sum and not the checksum alone: where a disk can bring a
// record and its place in one sector, the place before is in another.
//
// The first block of a segment begins with the segment's header.

inline constexpr std::size_t kPlaceBytes = 4;
inline constexpr std::uint64_t kMostPlaces = kBlockBytes / kPlaceBytes;
/// The index of a record of which it is not known: there is no such place.
inline constexpr std::uint64_t kNoPlace = UINT64_MAX;

/// Where a record goes, in its segment, and how many records are before it in its block.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t index = 0;
};

/// Where the block of `offset` ends.
constexpr std::uint64_t block_end(std::uint64_t offset) noexcept {
  return (offset / kBlockBytes + 1) * kBlockBytes;
}

/// Where the places of the first `count` records in the block of `offset` begin.
constexpr std::uint64_t places_at(std::uint64_t offset, std::uint64_t count) noexcept {
  return block_end(offset) - kPlaceBytes * count;
}

/// Where a record of `size` bytes goes when `next` is behind the one before: there, or at the start
/// of the next block.
constexpr Place place_record(Place next, std::size_t size) noexcept {
  if (next.offset + size <= places_at(next.offset, next.index + 1)) return next;
  return {block_end(next.offset), 0};
}

/// Stores the place of the record that was written to `at`: a reader that sees it, or the next
/// writer when this one is killed, sees the record.
void store_place(std::span<std::byte> segment, Place at) noexcept;

/// The record at byte `at` of `block`, if it is sound, ends at `end` at the latest, and is the one
/// that was appended there as number `index` of the block. A block that is cut short has no places.
DecodedRecord decode_in_block(std::span<const std::byte> block, std::size_t at, std::size_t end,
                              std::uint64_t index) noexcept;

}  // namespace hookwire

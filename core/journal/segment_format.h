#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "hookwire/record/record.h"

namespace hookwire {

// A segment file: a header page, then records in blocks of 64 KiB (the first block begins with the
// page); see block.h.
//
//  0        64           128      192          4096
//  +--------+------------+--------+------------+---------+---------+----
//  | made   | activation | seal   | live       | records | records | ...
//  +--------+------------+--------+------------+---------+---------+----
//                                              |<- to 64 KiB  ...
//
// "made" is written when the file is made, the activation when its first record is about to be
// written, the seal when the next segment was activated; each once, with a checksum of its own.
// The live line is what readers follow while the writer lives, and a hint after it died.

inline constexpr std::size_t kSegmentHeaderBytes = 4096;
inline constexpr std::uint32_t kJournalVersion = 1;

struct SegmentMade {
  std::array<char, 8> magic{};
  std::uint32_t version = kJournalVersion;
  std::uint32_t checksum = 0;  // of what follows
  std::uint64_t journal_id = 0;
  std::uint64_t ordinal = 0;
  std::uint64_t segment_bytes = 0;
  std::int64_t made_ns = 0;
  std::array<std::byte, 16> reserved{};
};
static_assert(sizeof(SegmentMade) == 64);

struct SegmentActivation {
  std::uint64_t first_sequence = 0;
  std::int64_t first_time_ns = 0;
  std::uint32_t epoch = 0;
  std::uint32_t checksum = 0;  // of what stands before it
};
static_assert(sizeof(SegmentActivation) == 24);

struct SegmentSeal {
  std::uint64_t last_sequence = 0;
  std::uint64_t end_offset = 0;
  std::int64_t last_time_ns = 0;
  std::uint32_t given_up = 0;  // 1: it could not be synced; behind end_offset may stand anything
  std::uint32_t checksum = 0;  // of what stands before it
};
static_assert(sizeof(SegmentSeal) == 32);

/// Shared between the writer and its readers, in whatever process. The writer stores end_offset,
/// then last_sequence; sealed last of all. A reader that loads them the other way round sees
/// nothing that it cannot read. The other two are of the whole journal, for status: the last
/// sequence on stable storage, and the oldest that is kept.
struct SegmentLive {
  std::atomic<std::uint64_t> end_offset;
  std::atomic<std::uint64_t> last_sequence;
  std::atomic<std::uint64_t> sealed;
  std::atomic<std::uint64_t> durable_sequence;
  std::atomic<std::uint64_t> first_sequence;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(SegmentLive) == 40);

inline constexpr std::size_t kActivationAt = 64;
inline constexpr std::size_t kSealAt = 128;
inline constexpr std::size_t kLiveAt = 192;
inline constexpr std::size_t kSealedAt = kLiveAt + 16;

/// The live line of a mapped segment.
SegmentLive& live_of(std::span<std::byte> segment) noexcept;

/// A header page with `made` filled in and everything else zero.
std::array<std::byte, kSegmentHeaderBytes> make_segment_header(std::uint64_t journal_id,
                                                               std::uint64_t ordinal,
                                                               std::uint64_t segment_bytes,
                                                               std::int64_t made_ns);
void store_activation(std::span<std::byte> header, SegmentActivation activation) noexcept;
void store_seal(std::span<std::byte> header, SegmentSeal seal) noexcept;

/// What a header page says. `made` was checked; the others are there when their checksum holds.
struct SegmentHeader {
  SegmentMade made;
  std::optional<SegmentActivation> activation;
  std::optional<SegmentSeal> seal;
  std::uint64_t live_end_offset = 0;
  std::uint64_t live_last_sequence = 0;
  bool live_sealed = false;
};

/// Reads a header page. Nothing when it is not that of a segment of this ordinal. Throws Error
/// incompatible, naming `path`, when it is of another format version.
std::optional<SegmentHeader> read_segment_header(std::span<const std::byte> header,
                                                 std::uint64_t ordinal,
                                                 const std::filesystem::path& path);

/// "00000000000000000001.hwj".
std::string segment_name(std::uint64_t ordinal);
/// The ordinal in such a name; nothing when it is none.
std::optional<std::uint64_t> segment_ordinal(const std::string& name);

}  // namespace hookwire

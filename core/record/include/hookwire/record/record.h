#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

// The record: the unit of the journal, of the stream and of the audit log, with the same bytes in
// all three. Little endian, at an address and of a size divisible by 8.
//
//  0       4       8               16              24              32       36       38   39   40
//  +-------+-------+---------------+---------------+---------------+--------+--------+----+----+
//  |length | crc32c| sequence u64  | journal id u64| time_ns i64   |epoch   |topic   |kind|flag|
//  | u32   | u32   |               |               | unix, rising  | u32    |length  |    |    |
//  +-------+-------+---------------+---------------+---------------+--------+--------+----+----+
//  | topic bytes | body ...                                                | zero pad to 8       |
//
// length counts header, topic and body without the pad. crc32c covers the four bytes of length
// followed by everything from sequence to the end of the pad.

inline constexpr std::size_t kRecordHeaderBytes = 40;
inline constexpr std::size_t kRecordAlignment = 8;
/// The most that `length` may say.
inline constexpr std::size_t kMaxRecordBytes = 60 * 1024;
inline constexpr std::size_t kMaxTopicBytes = 512;
/// A block: no record crosses one, reading resumes at the next one after damage.
inline constexpr std::size_t kBlockBytes = 64 * 1024;

/// What names an event for good: no two records have the same.
struct RecordIdentity {
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
  friend bool operator==(const RecordIdentity&, const RecordIdentity&) = default;
};

/// Everything a record says, as views. `topic` and `body` point into somebody else's bytes.
/// `kind` and `flags` mean nothing to the journal.
struct RecordView {
  std::uint64_t sequence = 0;
  std::uint64_t journal_id = 0;
  std::int64_t time_ns = 0;  ///< Since the Unix epoch, UTC; never less than the record's before it.
  std::uint32_t epoch = 0;
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::string_view topic;
  std::span<const std::byte> body;
  std::span<const std::byte> bytes;  ///< The whole record with its pad, as it is on disk and wire.

  RecordIdentity identity() const noexcept { return {journal_id, epoch, sequence}; }
};

/// The bytes a record of this topic and body takes, pad included.
constexpr std::size_t record_size(std::size_t topic_bytes, std::size_t body_bytes) noexcept {
  return (kRecordHeaderBytes + topic_bytes + body_bytes + kRecordAlignment - 1) &
         ~(kRecordAlignment - 1);
}

/// Writes the record that `record` describes (its `bytes` are ignored) to the front of `into`,
/// which holds at least record_size() bytes; returns that size. Never throws, no allocation.
std::size_t encode_record(const RecordView& record, std::span<std::byte> into) noexcept;

/// Why bytes are not a record.
enum class RecordFault {
  none,
  empty,      ///< The first eight bytes are zero: nothing was written here.
  truncated,  ///< `bytes` end before the record does.
  length,     ///< The length is below the header's or above kMaxRecordBytes, or the topic's exceeds
              ///< it.
  checksum,   ///< crc32c differs.
  padding,    ///< The pad is not zero.
  place,      ///< It is sound, but not the record that its block has there; see docs/journal.md.
};

/// A sentence for people. Never throws.
std::string_view to_string(RecordFault fault) noexcept;

/// What decode_record found at the front of some bytes.
struct DecodedRecord {
  RecordFault fault = RecordFault::none;
  RecordView record;  ///< Set when fault is none.
};

/// Looks at the front of `bytes`, which may come from anywhere: checks lengths before reading and
/// the checksum before believing. Never throws, no allocation.
DecodedRecord decode_record(std::span<const std::byte> bytes) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop

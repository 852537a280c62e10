#include "hookwire/record/record.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "hookwire/base/crc32c.h"

namespace hookwire {

namespace {

static_assert(std::endian::native == std::endian::little, "records are little endian in memory");

// Where each field of the header lies.
constexpr std::size_t kLengthAt = 0;
constexpr std::size_t kChecksumAt = 4;
constexpr std::size_t kSequenceAt = 8;
constexpr std::size_t kJournalIdAt = 16;
constexpr std::size_t kTimeAt = 24;
constexpr std::size_t kEpochAt = 32;
constexpr std::size_t kTopicLengthAt = 36;
constexpr std::size_t kKindAt = 38;
constexpr std::size_t kFlagsAt = 39;

template <class T>
void store(std::span<std::byte> bytes, std::size_t at, T value) noexcept {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <class T>
T load(std::span<const std::byte> bytes, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// Of the length, then of everything behind the checksum.
std::uint32_t checksum_of(std::span<const std::byte> record) noexcept {
  return crc32c(record.subspan(kSequenceAt), crc32c(record.first(kChecksumAt)));
}

DecodedRecord fault(RecordFault what) noexcept {
  return {what, {}};
}

}  // namespace

std::string_view to_string(RecordFault fault) noexcept {
  switch (fault) {
    case RecordFault::none:
      return "nothing is wrong";
    case RecordFault::empty:
      return "nothing was written here";
    case RecordFault::truncated:
      return "the bytes end before the record does";
    case RecordFault::length:
      return "the length is out of range";
    case RecordFault::checksum:
      return "the checksum differs";
    case RecordFault::padding:
      return "the padding is not zero";
    case RecordFault::place:
      return "its block has no such record in this place";
  }
  return "unknown";
}

namespace {

// One store that crosses two pages needs both at once. On a full disk Btrfs may take either away
// while it makes the other one writable, for as long as there is no space: each piece has its page.
std::byte* copy_by_page(std::byte* to, const void* from, std::size_t count) noexcept {
  constexpr std::size_t kPageBytes = 4096;
  const auto* source = static_cast<const std::byte*>(from);
  while (count > 0) {
    const std::size_t left = kPageBytes - reinterpret_cast<std::uintptr_t>(to) % kPageBytes;
    const std::size_t piece = std::min(count, left);
    std::memcpy(to, source, piece);
    to += piece;
    source += piece;
    count -= piece;
  }
  return to;
}

}  // namespace

std::size_t encode_record(const RecordView& record, std::span<std::byte> into) noexcept {
  const std::size_t length = kRecordHeaderBytes + record.topic.size() + record.body.size();
  const std::size_t size = record_size(record.topic.size(), record.body.size());
  const std::span<std::byte> bytes = into.first(size);
  std::array<std::byte, kRecordHeaderBytes> front{};
  const std::span<std::byte> header = front;
  store(header, kLengthAt, static_cast<std::uint32_t>(length));
  store(header, kSequenceAt, record.sequence);
  store(header, kJournalIdAt, record.journal_id);
  store(header, kTimeAt, record.time_ns);
  store(header, kEpochAt, record.epoch);
  store(header, kTopicLengthAt, static_cast<std::uint16_t>(record.topic.size()));
  store(header, kKindAt, record.kind);
  store(header, kFlagsAt, record.flags);
  std::byte* at = copy_by_page(bytes.data(), front.data(), front.size());
  at = copy_by_page(at, record.topic.data(), record.topic.size());
  copy_by_page(at, record.body.data(), record.body.size());
  std::memset(bytes.data() + length, 0, size - length);
  store(bytes, kChecksumAt, checksum_of(bytes));
  return size;
}

DecodedRecord decode_record(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < kSequenceAt) return fault(RecordFault::truncated);
  const auto length = load<std::uint32_t>(bytes, kLengthAt);
  if (length == 0 && load<std::uint32_t>(bytes, kChecksumAt) == 0) {
    return fault(RecordFault::empty);
  }
  if (length < kRecordHeaderBytes || length > kMaxRecordBytes) return fault(RecordFault::length);
  const std::size_t size = record_size(0, length - kRecordHeaderBytes);
  if (bytes.size() < size) return fault(RecordFault::truncated);
  const std::span<const std::byte> record = bytes.first(size);
  if (load<std::uint32_t>(record, kChecksumAt) != checksum_of(record)) {
    return fault(RecordFault::checksum);
  }
  const auto topic_length = load<std::uint16_t>(record, kTopicLengthAt);
  if (topic_length > kMaxTopicBytes || kRecordHeaderBytes + topic_length > length) {
    return fault(RecordFault::length);
  }
  if (std::any_of(record.begin() + length, record.end(),
                  [](std::byte byte) { return byte != std::byte{0}; })) {
    return fault(RecordFault::padding);
  }
  DecodedRecord decoded;
  decoded.record = {
      .sequence = load<std::uint64_t>(record, kSequenceAt),
      .journal_id = load<std::uint64_t>(record, kJournalIdAt),
      .time_ns = load<std::int64_t>(record, kTimeAt),
      .epoch = load<std::uint32_t>(record, kEpochAt),
      .kind = load<std::uint8_t>(record, kKindAt),
      .flags = load<std::uint8_t>(record, kFlagsAt),
      .topic = {reinterpret_cast<const char*>(record.data() + kRecordHeaderBytes), topic_length},
      .body = record.subspan(kRecordHeaderBytes + topic_length,
                             length - kRecordHeaderBytes - topic_length),
      .bytes = record};
  return decoded;
}

}  // namespace hookwire

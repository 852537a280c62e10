#include "segment_reader.h"

#include <algorithm>

namespace hookwire {

SegmentReader::SegmentReader(FileSystem& file_system, const std::filesystem::path& folder,
                             const SegmentFile& segment)
    : ordinal_(segment.ordinal),
      header_(*segment.header),
      expectation_{.journal_id = header_.made.journal_id,
                   .epoch = header_.activation->epoch,
                   .first_sequence = header_.activation->first_sequence},
      file_(file_system.open(folder / segment.name, OpenMode::read)),
      size_(file_->size()) {
  if (header_.seal) {
    block_.resize(kBlockBytes);
  } else {
    mapping_ = file_->map(static_cast<std::size_t>(size_), false);
  }
}

// The block of `offset`, as far as the file has it.
std::span<const std::byte> SegmentReader::block_of(std::uint64_t offset) {
  const std::uint64_t start = offset / kBlockBytes * kBlockBytes;
  if (start >= size_) return {};
  if (mapping_) {
    return mapping_->bytes().subspan(
        static_cast<std::size_t>(start),
        static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, size_ - start)));
  }
  if (start != block_offset_) {
    block_offset_ = UINT64_MAX;
    block_.resize(kBlockBytes);
    block_.resize(file_->read_at(start, block_));
    block_offset_ = start;
  }
  return block_;
}

std::optional<RecordView> SegmentReader::record(Place at, std::uint64_t limit) {
  if (at.offset >= limit) return std::nullopt;
  const std::uint64_t start = at.offset / kBlockBytes * kBlockBytes;
  const DecodedRecord decoded = decode_in_block(
      block_of(at.offset), static_cast<std::size_t>(at.offset - start),
      static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, limit - start)), at.index);
  if (decoded.fault != RecordFault::none || !belongs(decoded.record, expectation_)) {
    return std::nullopt;
  }
  return decoded.record;
}

std::optional<RecordView> SegmentReader::first_of_block(std::uint64_t offset, std::uint64_t limit) {
  return record({block_start(offset), 0}, limit);
}

bool SegmentReader::rest_is_zero(Place from, std::uint64_t limit) {
  const std::span<const std::byte> block = block_of(from.offset);
  const std::uint64_t start = from.offset / kBlockBytes * kBlockBytes;
  const std::uint64_t places = places_at(from.offset, from.index < kMostPlaces ? from.index : 0);
  const std::uint64_t end = std::min({places, limit, start + block.size()});
  if (from.offset >= end) return true;
  const std::span<const std::byte> rest = block.subspan(
      static_cast<std::size_t>(from.offset - start), static_cast<std::size_t>(end - from.offset));
  return first_nonzero(rest) == rest.size();
}

}  // namespace hookwire

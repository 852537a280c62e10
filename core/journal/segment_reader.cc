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

std::span<const std::byte> SegmentReader::rest_of_block(std::uint64_t offset, std::uint64_t limit) {
  const std::uint64_t end = std::min({next_block(offset), limit, size_});
  if (offset >= end) return {};
  if (mapping_) {
    return mapping_->bytes().subspan(static_cast<std::size_t>(offset),
                                     static_cast<std::size_t>(end - offset));
  }
  const std::uint64_t start = offset / kBlockBytes * kBlockBytes;
  if (start != block_offset_) {
    block_offset_ = UINT64_MAX;
    block_.resize(kBlockBytes);
    block_.resize(file_->read_at(start, block_));
    block_offset_ = start;
  }
  const std::span<const std::byte> block(block_);
  const std::size_t from = std::min(static_cast<std::size_t>(offset - start), block.size());
  const std::size_t to = std::min(static_cast<std::size_t>(end - start), block.size());
  return block.subspan(from, to - from);
}

std::optional<RecordView> SegmentReader::first_of_block(std::uint64_t offset, std::uint64_t limit) {
  const DecodedRecord decoded = decode_record(rest_of_block(block_start(offset), limit));
  if (decoded.fault != RecordFault::none || !belongs(decoded.record, expectation_)) {
    return std::nullopt;
  }
  return decoded.record;
}

}  // namespace hookwire

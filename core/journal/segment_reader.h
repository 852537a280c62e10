#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hookwire/base/file_system.h"

#include "journal_folder.h"
#include "segment_scan.h"

namespace hookwire {

/// Gives the blocks of one segment: from the map while it is written to, by reading once it is
/// sealed. Confined to one thread.
class SegmentReader {
 public:
  /// Throws IoError.
  SegmentReader(FileSystem& file_system, const std::filesystem::path& folder,
                const SegmentFile& segment);

  std::uint64_t ordinal() const noexcept { return ordinal_; }
  std::uint64_t size() const noexcept { return size_; }
  const SegmentExpectation& expectation() const noexcept { return expectation_; }
  const SegmentHeader& header() const noexcept { return header_; }

  /// The record at `at`, as decode_in_block() finds it, when it is of this journal and epoch. What
  /// it points to is valid until another block is asked for. Throws IoError.
  std::optional<RecordView> record(Place at, std::uint64_t limit);
  /// The one with which the block of `offset` begins.
  std::optional<RecordView> first_of_block(std::uint64_t offset, std::uint64_t limit);

  /// True when nothing stands from `from` to the places of the block's first records, `from.index`
  /// of them, or to `limit` when that is nearer. Throws IoError.
  bool rest_is_zero(Place from, std::uint64_t limit);

 private:
  std::span<const std::byte> block_of(std::uint64_t offset);

  std::uint64_t ordinal_;
  SegmentHeader header_;
  SegmentExpectation expectation_;
  std::unique_ptr<File> file_;
  std::uint64_t size_;
  std::unique_ptr<Mapping> mapping_;  // while it may still be written to
  std::vector<std::byte> block_;      // otherwise: the block read last
  std::uint64_t block_offset_ = UINT64_MAX;
};

/// Where the records of the block that holds `offset` begin.
constexpr std::uint64_t block_start(std::uint64_t offset) noexcept {
  const std::uint64_t start = offset / kBlockBytes * kBlockBytes;
  return start == 0 ? kSegmentHeaderBytes : start;
}

}  // namespace hookwire

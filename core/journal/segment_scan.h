#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/function_ref.h"
#include "hookwire/record/record.h"

#include "block.h"
#include "segment_format.h"

namespace hookwire {

/// Bytes of a segment that are not what was written there.
struct ScanDamage {
  std::uint64_t offset = 0;
  std::uint64_t first_sequence = 0;  ///< Lost with them; 0: none.
  std::uint64_t last_sequence = 0;
  std::string what;
};

/// What reading a whole segment found.
struct SegmentScan {
  std::uint64_t end_offset = 0;     ///< Behind the last good record.
  std::uint64_t end_index = 0;      ///< How many good records are before it in its block.
  std::uint64_t last_sequence = 0;  ///< Of the last good record; first - 1 when there is none.
  std::int64_t last_time_ns = 0;
  std::uint64_t record_count = 0;
  std::vector<ScanDamage> damage;  ///< Before end_offset, in order.
  /// Bytes behind the last good record that are not zero, [tail_offset, tail_end); 0, 0 when none:
  /// an unfinished record, or damage that reaches the end. The caller knows which.
  std::uint64_t tail_offset = 0;
  std::uint64_t tail_end = 0;
  std::string tail_what;
  bool tail_strange = false;  ///< It begins with a sound record that is not expected there.

  /// True when the tail can be what a writer that died in an append left: no longer than a record,
  /// where the next record goes.
  bool torn_tail() const noexcept;
};

/// What records of a segment must be.
struct SegmentExpectation {
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  std::uint64_t first_sequence = 0;
  /// From here on the numbers are a later segment's: what stands under them was never shown.
  std::uint64_t end_sequence = UINT64_MAX;
};

/// Where the numbers of a segment end by its own seal: behind one of a file that could not be
/// synced may stand records that nobody was shown. UINT64_MAX: not told.
std::uint64_t end_sequence_of(const SegmentHeader& header) noexcept;

/// The last sequence that a segment's writer had committed: the scan's, or more by the live line
/// where that can be believed, which no checksum covers. Not for after the machine stopped.
std::uint64_t committed_last(const SegmentHeader& header, const SegmentScan& scan) noexcept;

/// True when `record` is of this journal and epoch.
inline bool belongs(const RecordView& record, const SegmentExpectation& expected) noexcept {
  return record.journal_id == expected.journal_id && record.epoch == expected.epoch;
}

/// The first byte of `bytes` that is not zero, or bytes.size().
std::size_t first_nonzero(std::span<const std::byte> bytes) noexcept;

/// Reads `file` to its end or to `limit`, block by block, and hands each good record to `see`.
/// After a bad record it goes on at the next block, never by searching within one. Throws IoError.
SegmentScan scan_segment(File& file, const SegmentExpectation& expected,
                         FunctionRef<void(const RecordView&)> see,
                         std::uint64_t limit = UINT64_MAX);

}  // namespace hookwire

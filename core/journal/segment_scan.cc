#include "segment_scan.h"

#include <algorithm>
#include <cstring>

namespace hookwire {

namespace {

class Scanner {
 public:
  Scanner(const SegmentExpectation& expected, FunctionRef<void(const RecordView&)> see)
      : expected_(expected), see_(see), next_(expected.first_sequence) {
    scan_.end_offset = kSegmentHeaderBytes;
  }

  // `block` begins at file offset `offset`; its records are read to `end`.
  void read(std::uint64_t offset, std::span<const std::byte> block, std::size_t end) {
    std::size_t at = offset == 0 ? kSegmentHeaderBytes : 0;
    const std::size_t start = at;
    std::uint64_t index = 0;
    RecordFault fault = RecordFault::none;
    bool strange = false;
    while (at < end) {
      const DecodedRecord decoded = decode_in_block(block, at, end, index);
      fault = decoded.fault;
      if (fault != RecordFault::none) break;
      const RecordView& record = decoded.record;
      if (record.sequence >= expected_.end_sequence) return;
      // At the start of a block records may have been lost before; within it, none can be.
      strange = !belongs(record, expected_) || record.sequence < next_ ||
                (record.sequence > next_ && at != start);
      if (strange) break;
      accept(record, offset + at);
      at += record.bytes.size();
      scan_.end_index = ++index;
    }
    end = std::min<std::size_t>(end, places_at(0, index));
    note_rest(offset + at, block.first(end).subspan(std::min(at, end)), fault, strange);
  }

  SegmentScan take() {
    scan_.last_sequence = next_ - 1;
    return std::move(scan_);
  }

 private:
  void accept(const RecordView& record, std::uint64_t offset) {
    if (record.sequence > next_ || scan_.tail_end != 0) {
      const bool lost = record.sequence > next_;
      scan_.damage.push_back(
          {.offset = scan_.tail_end != 0 ? scan_.tail_offset : offset,
           .first_sequence = lost ? next_ : 0,
           .last_sequence = lost ? record.sequence - 1 : 0,
           .what = scan_.tail_end != 0 ? scan_.tail_what : "records are missing before it"});
      scan_.tail_offset = scan_.tail_end = 0;
    }
    see_(record);
    next_ = record.sequence + 1;
    scan_.end_offset = offset + record.bytes.size();
    scan_.last_time_ns = record.time_ns;
    ++scan_.record_count;
  }

  // What stands between the last good record of a block and the places must be zero.
  void note_rest(std::uint64_t offset, std::span<const std::byte> rest, RecordFault fault,
                 bool strange) {
    const std::size_t first = first_nonzero(rest);
    if (first == rest.size()) return;
    std::size_t end = rest.size();
    while (rest[end - 1] == std::byte{0}) --end;
    if (scan_.tail_end == 0) {
      scan_.tail_offset = offset;
      scan_.tail_strange = strange;
      scan_.tail_what = strange ? "a record that does not belong here"
                                : "no sound record: " + std::string(to_string(fault));
    }
    scan_.tail_end = offset + end;
  }

  const SegmentExpectation& expected_;
  FunctionRef<void(const RecordView&)> see_;
  std::uint64_t next_;
  SegmentScan scan_;
};

}  // namespace

std::size_t first_nonzero(std::span<const std::byte> bytes) noexcept {
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= bytes.size(); at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if (word != 0) break;
  }
  while (at < bytes.size() && bytes[at] == std::byte{0}) ++at;
  return at;
}

bool SegmentScan::torn_tail() const noexcept {
  const std::uint64_t block = (end_offset + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  return tail_end != 0 && tail_end - tail_offset <= kMaxRecordBytes &&
         (tail_offset == end_offset || tail_offset == block);
}

std::uint64_t end_sequence_of(const SegmentHeader& header) noexcept {
  const bool given_up = header.seal && header.seal->given_up != 0;
  return given_up ? header.seal->last_sequence + 1 : UINT64_MAX;
}

std::uint64_t committed_last(const SegmentHeader& header, const SegmentScan& scan) noexcept {
  if (header.live_last_sequence <= scan.last_sequence ||
      header.live_end_offset <= scan.end_offset ||
      header.live_end_offset > header.made.segment_bytes) {
    return scan.last_sequence;
  }
  const std::uint64_t room = (header.live_end_offset - scan.end_offset) / record_size(0, 0);
  const bool fits = header.live_last_sequence - scan.last_sequence <= room;
  return fits ? header.live_last_sequence : scan.last_sequence;
}

SegmentScan scan_segment(File& file, const SegmentExpectation& expected,
                         FunctionRef<void(const RecordView&)> see, std::uint64_t limit) {
  constexpr std::size_t kReadBlocks = 16;
  std::vector<std::byte> buffer(kReadBlocks * kBlockBytes);
  Scanner scanner(expected, see);
  std::uint64_t offset = 0;
  while (true) {
    const std::size_t count = file.read_at(offset, buffer);  // whole blocks, for their places
    for (std::size_t at = 0; at < count && offset + at < limit; at += kBlockBytes) {
      const std::size_t size = std::min(kBlockBytes, count - at);
      scanner.read(offset + at, std::span(buffer).subspan(at, size),
                   static_cast<std::size_t>(std::min<std::uint64_t>(size, limit - offset - at)));
    }
    offset += count;
    if (count < buffer.size() || offset >= limit) return scanner.take();
  }
}

}  // namespace hookwire

#include "hookwire/journal/journal_reader.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "hookwire/base/error.h"

#include "epoch_table.h"
#include "journal_tail.h"
#include "segment_reader.h"

namespace hookwire {

namespace {

constexpr std::uint64_t kOpenEnd = std::numeric_limits<std::uint64_t>::max();

}  // namespace

class JournalReader::Impl {
 public:
  Impl(FileSystem& file_system, const std::filesystem::path& folder)
      : file_system_(file_system), folder_(folder), tail_(file_system, folder) {
    next_ = first_sequence();
  }

  std::uint64_t journal_id() const noexcept { return tail_.journal_id(); }

  std::uint32_t epoch() {
    tail_.refresh();
    return tail_.epoch();
  }

  std::optional<std::uint64_t> epoch_end(std::uint32_t epoch) {
    return EpochTable::load(file_system_, folder_, journal_id()).end_of(epoch, this->epoch());
  }

  std::uint64_t first_sequence() {
    const std::uint64_t said = tail_.first_sequence();
    if (first_ == 0 || said != said_) {
      said_ = said;
      first_ = std::max(first_, oldest_kept(said));
    }
    return first_ == 0 ? 1 : first_;
  }

  std::uint64_t last_sequence() {
    tail_.refresh();
    return tail_.last_sequence();
  }

  std::uint64_t durable_sequence() {
    tail_.refresh();
    return std::min(tail_.durable_sequence(), tail_.last_sequence());
  }

  std::uint64_t position() const noexcept { return next_; }

  void seek(std::uint64_t sequence) {
    const std::uint64_t target =
        std::clamp(sequence, first_sequence(), std::max(last_sequence() + 1, first_sequence()));
    go_to([&](const SegmentHeader& header) { return header.activation->first_sequence <= target; },
          [&](const RecordView& record) { return record.sequence < target; });
    next_ = target;
  }

  void seek_time(std::int64_t time_ns) {
    go_to([&](const SegmentHeader& header) { return header.activation->first_time_ns < time_ns; },
          [&](const RecordView& record) { return record.time_ns < time_ns; });
  }

  JournalChunk next(std::size_t max_bytes) {
    while (true) {
      if (!segment_) {
        if (!open_segment(0)) return {};
        if (std::optional<JournalChunk> gap = pass_missing()) return *gap;
      }
      if (segment_->ordinal() == tail_.ordinal()) tail_.refresh();
      const std::uint64_t limit = readable_end();
      if (offset_ < limit && next_ <= last_to_read()) {
        if (JournalChunk chunk = take_records(limit, max_bytes); chunk.last != 0) return chunk;
        if (std::optional<JournalChunk> gap = pass_rest(limit)) return *gap;
        continue;
      }
      if (segment_->ordinal() == tail_.ordinal()) return {};
      if (std::optional<JournalChunk> gap = enter_next_segment()) return *gap;
    }
  }

 private:
  // The oldest sequence in the folder, but for segments that the live line says are about to go. It
  // has no checksum: it is believed when a segment begins there.
  std::uint64_t oldest_kept(std::uint64_t said) {
    std::uint64_t oldest = 0;
    for (const std::uint64_t ordinal : list_segments(file_system_, folder_)) {
      const SegmentFile segment = read_segment(file_system_, folder_, ordinal);
      if (!usable(segment)) continue;
      const std::uint64_t first = segment.header->activation->first_sequence;
      if (oldest == 0) oldest = first;
      if (first == said) return kept_from_ = said;
      if (first > said) break;
    }
    return oldest;
  }

  bool usable(const SegmentFile& segment) const {
    return segment.active() && segment.header->made.journal_id == tail_.journal_id();
  }

  // Where committed records of the open segment end.
  std::uint64_t readable_end() const noexcept {
    if (segment_->ordinal() == tail_.ordinal()) {
      return std::min(tail_.end_offset(), segment_->size());
    }
    const SegmentHeader& header = segment_->header();
    return header.seal ? std::min(header.seal->end_offset, segment_->size()) : segment_->size();
  }

  // The last sequence that the open segment can hold.
  std::uint64_t last_of_segment() {
    if (segment_->ordinal() == tail_.ordinal()) return tail_.last_sequence();
    if (segment_->header().seal) return segment_->header().seal->last_sequence;
    return last_to_read() == kOpenEnd ? next_ - 1 : last_to_read();
  }

  // The last sequence that may be read from the open segment. The writer tells it after the offset
  // of the record's end, so that records may stand there that nobody was told of; and a segment
  // that could not be synced may hold some under numbers that the segment behind it gave again.
  std::uint64_t last_to_read() {
    if (segment_->ordinal() == tail_.ordinal()) return tail_.last_sequence();
    if (last_of_ != segment_->ordinal()) {
      const std::optional<SegmentFile> after = segment_after(segment_->ordinal());
      if (!after) return kOpenEnd;
      last_to_read_ = after->header->activation->first_sequence - 1;
      last_of_ = segment_->ordinal();
    }
    return last_to_read_;
  }

  std::optional<SegmentFile> segment_after(std::uint64_t ordinal) {
    for (const std::uint64_t other : list_segments(file_system_, folder_)) {
      if (other <= ordinal) continue;
      SegmentFile segment = read_segment(file_system_, folder_, other);
      if (usable(segment)) return segment;
    }
    return std::nullopt;
  }

  // Opens the first segment behind `ordinal`, at its first record. False when there is none.
  bool open_segment(std::uint64_t ordinal) {
    tail_.refresh();
    while (const std::optional<SegmentFile> segment = segment_after(ordinal)) {
      ordinal = segment->ordinal;
      if (enter(*segment)) return true;
    }
    return false;
  }

  // False when the file went meanwhile.
  bool enter(const SegmentFile& segment) {
    try {
      segment_.emplace(file_system_, folder_, segment);
    } catch (const IoError& error) {
      if (error.error_number() != ENOENT) throw;
      return false;
    }
    offset_ = kSegmentHeaderBytes;
    tail_.refresh(segment.ordinal);  // it may be newer than when the tail was looked at
    return true;
  }

  std::optional<JournalChunk> enter_next_segment() {
    if (!open_segment(segment_->ordinal())) return JournalChunk{};
    return pass_missing();
  }

  // What is missing before the segment that was just opened.
  std::optional<JournalChunk> pass_missing() {
    const std::uint64_t first = segment_->expectation().first_sequence;
    if (first <= next_) return std::nullopt;
    return gap_to(
        first, "records or segments before " + segment_name(segment_->ordinal()) + " are missing");
  }

  JournalChunk gap_to(std::uint64_t sequence, std::string reason) {
    first_sequence();  // what went meanwhile is no damage
    if (sequence <= kept_from_) reason = "retention";
    JournalChunk gap{.kind = JournalChunk::Kind::gap,
                     .records = {},
                     .epoch = segment_->expectation().epoch,
                     .first = next_,
                     .last = sequence - 1,
                     .reason = std::move(reason)};
    next_ = sequence;
    return gap;
  }

  // Where offset_ is in its block. Within one, sequences have no hole.
  Place place() const noexcept {
    if (at_block_start()) return {offset_, 0};
    return {offset_, first_of_block_ ? next_ - *first_of_block_ : kNoPlace};
  }
  bool at_block_start() const noexcept { return offset_ == block_start(offset_); }

  // The record at offset_, when it is the one that is next.
  std::optional<RecordView> next_record(std::uint64_t limit) {
    if (at_block_start()) first_of_block_ = next_;
    const std::optional<RecordView> record = segment_->record(place(), limit);
    return record && record->sequence == next_ ? record : std::nullopt;
  }

  // The sound records in sequence from offset_ to the end of its block or to `limit`; `last` is 0
  // when there is none.
  JournalChunk take_records(std::uint64_t limit, std::size_t max_bytes) {
    JournalChunk chunk;
    const std::uint64_t end = std::min(limit, block_end(offset_));
    while (offset_ < end && next_ <= last_to_read()) {
      const std::optional<RecordView> record = next_record(limit);
      if (!record) break;
      const std::size_t taken = chunk.records.size() + record->bytes.size();
      if (chunk.last != 0 && taken > max_bytes) break;
      if (chunk.last == 0) chunk.first = next_;
      const std::byte* const from = chunk.last == 0 ? record->bytes.data() : chunk.records.data();
      chunk.records = {from, taken};
      chunk.last = next_++;
      offset_ += record->bytes.size();
    }
    if (chunk.last == 0) return chunk;
    chunk.kind = JournalChunk::Kind::records;
    chunk.epoch = segment_->expectation().epoch;
    return chunk;
  }

  // At `offset_` stands no record that could be next: goes on at the next block, with the gap that
  // this makes, if any.
  std::optional<JournalChunk> pass_rest(std::uint64_t limit) {
    const std::uint64_t damaged_at = offset_;
    const bool at_start = at_block_start();
    if (!at_start && segment_->rest_is_zero(place(), limit)) {
      offset_ = block_end(offset_);
      return std::nullopt;
    }
    std::optional<RecordView> found;
    std::uint64_t at = at_start ? offset_ : block_end(offset_);
    for (; at < limit; at = block_end(at)) {
      found = segment_->first_of_block(at, limit);
      if (found && found->sequence >= next_) break;
      found.reset();
    }
    const std::uint64_t resume = found ? found->sequence : last_of_segment() + 1;
    offset_ = found ? at : limit;
    if (!found && (at_start || limit > block_end(damaged_at))) first_of_block_.reset();
    if (resume <= next_) return std::nullopt;
    return gap_to(resume, segment_name(segment_->ordinal()) + " is damaged at offset " +
                              std::to_string(damaged_at));
  }

  // Opens the last segment that `wanted` holds for, or the first. False when there is none.
  template <class Wanted>
  bool choose(Wanted wanted) {
    std::optional<SegmentFile> chosen;
    for (const std::uint64_t ordinal : list_segments(file_system_, folder_)) {
      SegmentFile segment = read_segment(file_system_, folder_, ordinal);
      if (!usable(segment)) continue;
      if (chosen && !wanted(*segment.header)) break;
      chosen = std::move(segment);
    }
    if (!chosen) return false;
    enter(*chosen);
    return true;
  }

  // Opens the last segment that `wanted` holds for (or the first), goes to its last block whose
  // first record is `before` the target, and passes the records that are.
  template <class Wanted, class Before>
  void go_to(Wanted wanted, Before before) {
    tail_.refresh();
    segment_.reset();
    // One that goes before it is open is not there the next time.
    for (bool again = true; again && !segment_;) again = choose(wanted);
    next_ = first_sequence();
    if (!segment_) return;
    offset_ = block_before(before);
    const std::uint64_t limit = readable_end();
    if (const std::optional<RecordView> first = segment_->first_of_block(offset_, limit)) {
      next_ = first->sequence;
    } else {
      next_ = segment_->expectation().first_sequence;
    }
    pass_records(limit, before);
  }

  // The start of the last block whose first record is `before` the target, or of the first block.
  // Damaged blocks are passed over.
  template <class Before>
  std::uint64_t block_before(Before before) {
    const std::uint64_t limit = readable_end();
    std::uint64_t low = 0;
    std::uint64_t high = limit <= kSegmentHeaderBytes ? 1 : (limit - 1) / kBlockBytes + 1;
    while (high - low > 1) {
      const std::uint64_t middle = low + (high - low) / 2;
      std::optional<RecordView> first;
      std::uint64_t sound = middle;
      for (; sound < high; ++sound) {
        if ((first = segment_->first_of_block(sound * kBlockBytes, limit))) break;
      }
      if (first && before(*first)) {
        low = sound;
      } else {
        high = middle;
      }
    }
    return block_start(low * kBlockBytes);
  }

  template <class Before>
  void pass_records(std::uint64_t limit, Before before) {
    const std::uint64_t end = std::min(limit, block_end(offset_));
    while (offset_ < end && next_ <= last_to_read()) {
      const std::optional<RecordView> record = next_record(limit);
      if (!record || !before(*record)) return;
      ++next_;
      offset_ += record->bytes.size();
    }
  }

  FileSystem& file_system_;
  std::filesystem::path folder_;
  JournalTail tail_;
  std::optional<SegmentReader> segment_;
  std::uint64_t offset_ = 0;
  std::uint64_t next_ = 1;                       // the sequence that is expected at offset_
  std::optional<std::uint64_t> first_of_block_;  // the sequence with which its block begins
  std::uint64_t first_ = 0;                      // the oldest held; 0: not known yet
  std::uint64_t said_ = 0;                       // by the live line, when first_ was found
  std::uint64_t kept_from_ = 0;  // what is older went because the journal does not keep it
  std::uint64_t last_of_ = 0;    // the segment that last_to_read_ is of
  std::uint64_t last_to_read_ = 0;
};

JournalReader::JournalReader(FileSystem& file_system, const std::filesystem::path& folder)
    : impl_(std::make_unique<Impl>(file_system, folder)) {}
JournalReader::~JournalReader() = default;
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;

std::uint64_t JournalReader::journal_id() const noexcept {
  return impl_->journal_id();
}
std::uint32_t JournalReader::epoch() {
  return impl_->epoch();
}
std::optional<std::uint64_t> JournalReader::epoch_end(std::uint32_t epoch) {
  return impl_->epoch_end(epoch);
}
std::uint64_t JournalReader::first_sequence() {
  return impl_->first_sequence();
}
std::uint64_t JournalReader::last_sequence() {
  return impl_->last_sequence();
}
void JournalReader::seek(std::uint64_t sequence) {
  impl_->seek(sequence);
}
void JournalReader::seek_time(std::int64_t time_ns) {
  impl_->seek_time(time_ns);
}
std::uint64_t JournalReader::durable_sequence() {
  return impl_->durable_sequence();
}
std::uint64_t JournalReader::position() const noexcept {
  return impl_->position();
}
JournalChunk JournalReader::next(std::size_t max_bytes) {
  return impl_->next(max_bytes);
}

}  // namespace hookwire

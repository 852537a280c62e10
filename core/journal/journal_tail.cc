#include "journal_tail.h"

#include <algorithm>

#include "hookwire/base/error.h"

#include "journal_state.h"
#include "segment_scan.h"

namespace hookwire {

JournalTail::JournalTail(FileSystem& file_system, const std::filesystem::path& folder)
    : file_system_(file_system), folder_(folder) {
  const std::optional<JournalState> state = JournalState::load(file_system_, folder_);
  if (state) {
    journal_id_ = state->journal_id;
    epoch_ = state->epoch;
  }
  look_for_newer();
  if (journal_id_ == 0) {
    throw Error(ErrorCode::bad_input, folder_.string() +
                                          " holds no journal: expected a folder "
                                          "with journal.state and *.hwj files");
  }
}

std::uint64_t JournalTail::end_offset() const noexcept {
  if (!header_) return 0;
  return std::max(scanned_end_offset_,
                  live_of(header_->bytes()).end_offset.load(std::memory_order_acquire));
}

std::uint64_t JournalTail::last_sequence() const noexcept {
  if (!header_) return 0;
  return std::max(scanned_last_sequence_,
                  live_of(header_->bytes()).last_sequence.load(std::memory_order_acquire));
}

void JournalTail::refresh() {
  if (!header_ || live_of(header_->bytes()).sealed.load(std::memory_order_acquire) != 0) {
    look_for_newer();
  }
}

void JournalTail::look_for_newer() {
  const std::vector<std::uint64_t> ordinals = list_segments(file_system_, folder_);
  for (auto ordinal = ordinals.rbegin(); ordinal != ordinals.rend() && *ordinal > ordinal_;
       ++ordinal) {
    const SegmentFile segment = read_segment(file_system_, folder_, *ordinal);
    if (!segment.active()) continue;
    if (journal_id_ != 0 && segment.header->made.journal_id != journal_id_) {
      throw Error(ErrorCode::closed,
                  folder_.string() + " holds another journal now than when it was opened");
    }
    follow(segment);
    return;
  }
}

void JournalTail::follow(const SegmentFile& segment) {
  const SegmentHeader& header = *segment.header;
  file_ = file_system_.open(folder_ / segment.name, OpenMode::read);
  header_ = file_->map(kSegmentHeaderBytes, false);
  ordinal_ = segment.ordinal;
  journal_id_ = header.made.journal_id;
  epoch_ = header.activation->epoch;
  scanned_end_offset_ = scanned_last_sequence_ = 0;
  if (file_system_.lock_holder(folder_ / kLockName)) return;
  const SegmentScan scan = scan_segment(*file_,
                                        {.journal_id = journal_id_,
                                         .epoch = epoch_,
                                         .first_sequence = header.activation->first_sequence},
                                        [](const RecordView&) {});
  scanned_end_offset_ = scan.end_offset;
  scanned_last_sequence_ = scan.last_sequence;
}

}  // namespace hookwire

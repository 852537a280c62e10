#include "journal_tail.h"

#include <algorithm>

#include "hookwire/base/error.h"

#include "journal_state.h"
#include "segment_scan.h"

namespace hookwire {

namespace {

constexpr std::chrono::seconds kLook(1);

}  // namespace

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
  const std::uint64_t live = live_of(header_->bytes()).end_offset.load(std::memory_order_acquire);
  return live > file_bytes_ ? scanned_end_offset_ : std::max(scanned_end_offset_, live);
}

std::uint64_t JournalTail::live_last_sequence() const noexcept {
  return live_of(header_->bytes()).last_sequence.load(std::memory_order_acquire);
}

std::uint64_t JournalTail::last_sequence() const noexcept {
  if (!header_) return 0;
  const std::uint64_t live = live_last_sequence();
  return live == disbelieved_ ? scanned_last_sequence_ : std::max(scanned_last_sequence_, live);
}

std::uint64_t JournalTail::durable_sequence() const noexcept {
  if (!header_) return 0;
  return live_of(header_->bytes()).durable_sequence.load(std::memory_order_acquire);
}

std::uint64_t JournalTail::first_sequence() const noexcept {
  if (!header_) return 0;
  return live_of(header_->bytes()).first_sequence.load(std::memory_order_acquire);
}

void JournalTail::refresh(std::uint64_t seen) {
  if (seen > ordinal_ || !header_ ||
      live_of(header_->bytes()).sealed.load(std::memory_order_acquire) != 0) {
    look_for_newer();
  }
  // Another writer has it now.
  if (disbelieved_ != 0 && live_last_sequence() != disbelieved_) disbelieved_ = 0;
  if (replaced_ || std::chrono::steady_clock::now() - looked_ >= kLook) look_for_another();
}

void JournalTail::look_for_another() {
  looked_ = std::chrono::steady_clock::now();
  const std::optional<JournalState> state = JournalState::load(file_system_, folder_);
  replaced_ = replaced_ || (state && state->journal_id != journal_id_);
  if (!replaced_) return;
  throw Error(ErrorCode::closed,
              folder_.string() + " holds another journal now than when it was opened");
}

void JournalTail::look_for_newer() {
  const std::vector<std::uint64_t> ordinals = list_segments(file_system_, folder_);
  for (auto ordinal = ordinals.rbegin(); ordinal != ordinals.rend() && *ordinal > ordinal_;
       ++ordinal) {
    const SegmentFile segment = read_segment(file_system_, folder_, *ordinal);
    if (!segment.active()) continue;
    if (journal_id_ != 0 && segment.header->made.journal_id != journal_id_) {
      const std::optional<JournalState> state = JournalState::load(file_system_, folder_);
      if (state && state->journal_id == journal_id_) continue;  // somebody put it there
      replaced_ = true;
      return look_for_another();
    }
    follow(segment);
    return;
  }
}

void JournalTail::follow(const SegmentFile& segment) {
  const SegmentHeader& header = *segment.header;
  file_ = file_system_.open(folder_ / segment.name, OpenMode::read);
  header_ = file_->map(kSegmentHeaderBytes, false);
  file_bytes_ = file_->size();
  ordinal_ = segment.ordinal;
  journal_id_ = header.made.journal_id;
  epoch_ = header.activation->epoch;
  scanned_end_offset_ = scanned_last_sequence_ = disbelieved_ = 0;
  if (file_system_.lock_holder(folder_ / kLockName)) return;
  const SegmentScan scan = scan_segment(*file_,
                                        {.journal_id = journal_id_,
                                         .epoch = epoch_,
                                         .first_sequence = header.activation->first_sequence,
                                         .end_sequence = end_sequence_of(header)},
                                        [](const RecordView&) {});
  scanned_end_offset_ = scan.end_offset;
  scanned_last_sequence_ = scan.last_sequence;
  if (committed_last(header, scan) == scan.last_sequence) {
    disbelieved_ = header.live_last_sequence;
  }
}

}  // namespace hookwire

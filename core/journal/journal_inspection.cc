#include "hookwire/journal/journal_inspection.h"

#include <algorithm>
#include <cerrno>

#include "hookwire/base/error.h"

#include "journal_folder.h"
#include "journal_state.h"
#include "segment_scan.h"

namespace hookwire {

namespace {

class Inspector {
 public:
  Inspector(FileSystem& file_system, const std::filesystem::path& folder)
      : file_system_(file_system), folder_(folder) {}

  JournalInspection run() {
    const std::optional<JournalState> state = JournalState::load(file_system_, folder_);
    const std::vector<std::uint64_t> ordinals = list_segments(file_system_, folder_);
    if (!state && ordinals.empty()) {
      throw Error(ErrorCode::bad_input, folder_.string() +
                                            " holds no journal: expected a folder with "
                                            "journal.state and *.hwj files");
    }
    result_.writer_alive = file_system_.lock_holder(folder_ / kLockName).has_value();
    if (state) {
      result_.journal_id = state->journal_id;
      result_.epoch = state->epoch;
      result_.closed_cleanly = state->closed_cleanly;
      if (state->closed_cleanly) clean_last_ = state->last_sequence;
      power_lost_ = !state->closed_cleanly && state->boot_id != read_boot_id(file_system_);
    } else {
      result_.damage.push_back({.segment = "journal.state", .what = "missing or damaged"});
    }
    std::vector<SegmentFile> segments;
    bool went = false;
    for (const std::uint64_t ordinal : ordinals) {
      SegmentFile segment = read_segment(file_system_, folder_, ordinal);
      went |= segment.gone;
      if (segment.gone) continue;
      if (went && segment.active()) segments.clear();  // what is older went before it
      went = false;
      segments.push_back(std::move(segment));
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const auto next =
          std::find_if(segments.begin() + static_cast<std::ptrdiff_t>(i) + 1, segments.end(),
                       [this](const SegmentFile& s) { return s.active() && !foreign(s); });
      end_sequence_ =
          next == segments.end() ? UINT64_MAX : next->header->activation->first_sequence;
      next_epoch_ = next == segments.end() ? 0 : next->header->activation->epoch;
      inspect(segments[i], next == segments.end());
    }
    if (state && state->closed_cleanly && state->last_sequence > result_.last_sequence) {
      add_damage(segments.empty() ? "journal.state" : segments.back().name, 0,
                 result_.last_sequence + 1, state->last_sequence,
                 "records that were there when the journal was closed are gone");
    }
    return std::move(result_);
  }

 private:
  void add_damage(const std::string& segment, std::uint64_t offset, std::uint64_t first,
                  std::uint64_t last, std::string what) {
    result_.damage.push_back({.segment = segment,
                              .offset = offset,
                              .first_sequence = first,
                              .last_sequence = last,
                              .what = std::move(what)});
  }

  bool foreign(const SegmentFile& segment) const {
    return segment.header && result_.journal_id != 0 &&
           segment.header->made.journal_id != result_.journal_id;
  }

  // Nothing when the journal's writer removed it meanwhile.
  std::unique_ptr<File> open(const SegmentFile& segment) {
    try {
      return file_system_.open(folder_ / segment.name, OpenMode::read);
    } catch (const IoError& error) {
      if (error.error_number() != ENOENT) throw;
      return nullptr;
    }
  }

  // The oldest segments go first: with this one, all that were looked at before it.
  void forget_older() {
    result_.segments.clear();
    result_.damage.clear();
    result_.first_sequence = result_.last_sequence = result_.record_count = 0;
    sealed_epoch_ = 0;
  }

  void inspect(const SegmentFile& segment, bool newest) {
    SegmentInfo info{.ordinal = segment.ordinal, .file = segment.name};
    const std::unique_ptr<File> file = open(segment);
    if (!file) {
      if (segment.active()) forget_older();
      return;
    }
    info.file_bytes = file->size();
    if (foreign(segment)) {
      add_damage(segment.name, 0, 0, 0, "it belongs to another journal");
    } else if (segment.active()) {
      read_records(segment, *file, newest, info);
      if (info.file_bytes < segment.header->made.segment_bytes) {
        add_damage(segment.name, info.file_bytes, 0, 0, "the file ends too early");
      }
    } else if (!segment.header || segment.header->live_end_offset > kSegmentHeaderBytes) {
      if (!newest || !power_lost_) {
        add_damage(segment.name, 0, 0, 0, "its header page is not sound");
      }
    }
    result_.segments.push_back(std::move(info));
  }

  void read_records(const SegmentFile& segment, File& file, bool newest, SegmentInfo& info) {
    const SegmentHeader& header = *segment.header;
    const SegmentExpectation expected{
        .journal_id = result_.journal_id != 0 ? result_.journal_id : header.made.journal_id,
        .epoch = header.activation->epoch,
        .first_sequence = header.activation->first_sequence,
        .end_sequence = std::min(end_sequence_, end_sequence_of(header))};
    result_.journal_id = expected.journal_id;
    if (!result_.segments.empty() && result_.last_sequence != 0 &&
        expected.first_sequence > result_.last_sequence + 1) {
      add_damage(segment.name, 0, result_.last_sequence + 1, expected.first_sequence - 1,
                 "records before this segment are missing");
    }
    if (sealed_epoch_ == expected.epoch && expected.first_sequence <= sealed_last_) {
      add_damage(segment.name, 0, 0, 0, "it claims sequences that an older segment holds");
    }
    sealed_epoch_ = header.seal ? expected.epoch : 0;
    sealed_last_ = header.seal ? header.seal->last_sequence : 0;
    // Behind what was committed a live writer is at work.
    const bool live = newest && result_.writer_alive && !header.seal;
    const auto see = [&](const RecordView& record) {
      if (info.first_time_ns == 0) info.first_time_ns = record.time_ns;
    };
    const SegmentScan scan =
        scan_segment(file, expected, see, live ? header.live_end_offset : UINT64_MAX);
    for (const ScanDamage& damage : scan.damage) {
      add_damage(segment.name, damage.offset, damage.first_sequence, damage.last_sequence,
                 damage.what);
    }
    info.epoch = expected.epoch;
    info.first_sequence = expected.first_sequence;
    info.last_sequence = scan.last_sequence;
    info.record_count = scan.record_count;
    info.used_bytes = scan.end_offset;
    info.last_time_ns = scan.last_time_ns;
    if (result_.first_sequence == 0 && scan.record_count > 0) {
      result_.first_sequence = expected.first_sequence;
    }
    inspect_end(segment, scan, newest);
    result_.last_sequence = std::max(result_.last_sequence, info.last_sequence);
    result_.record_count += info.record_count;
  }

  // What must be there, by the seal or the live line, and what stands behind the last record.
  void inspect_end(const SegmentFile& segment, const SegmentScan& scan, bool newest) {
    const SegmentHeader& header = *segment.header;
    // The live line counts for the newest only: where another ended, its successor says.
    std::uint64_t promised = end_sequence_ - 1;
    if (header.seal) {
      promised = std::min(promised, header.seal->last_sequence);
    } else if (newest) {
      promised = clean_last_ ? *clean_last_ : power_lost_ ? 0 : committed_last(header, scan);
    }
    const bool given_up = header.seal && header.seal->given_up != 0;
    // Where an epoch ended in a loss, bytes of the tail that recovery cut may be back after
    // another: their zeros were not synced yet.
    const bool cut = !header.seal && header.activation->epoch < next_epoch_;
    if (promised > scan.last_sequence) {
      add_damage(segment.name, scan.tail_end != 0 ? scan.tail_offset : scan.end_offset,
                 scan.last_sequence + 1, promised,
                 scan.tail_end != 0 ? scan.tail_what : "records that were committed are gone");
      result_.last_sequence = std::max(result_.last_sequence, promised);
    } else if (cut) {
      return;
    } else if (scan.tail_end != 0 && !given_up && (!newest || header.seal)) {
      add_damage(segment.name, scan.tail_offset, 0, 0, scan.tail_what);
    } else if (scan.tail_end != 0 && !result_.writer_alive && !power_lost_ && !scan.torn_tail()) {
      add_damage(segment.name, scan.tail_offset, 0, 0, scan.tail_what);
    } else if (scan.tail_end != 0 && !result_.writer_alive) {
      result_.torn_bytes = scan.tail_end - scan.tail_offset;
    }
  }

  FileSystem& file_system_;
  const std::filesystem::path& folder_;
  std::uint64_t end_sequence_ = UINT64_MAX;  // where the segment at hand ends at the latest
  std::uint32_t next_epoch_ = 0;             // of the segment behind it; 0: none
  bool power_lost_ = false;                  // the machine stopped while the journal was written to
  std::uint32_t sealed_epoch_ = 0;
  std::uint64_t sealed_last_ = 0;            // of the segment before, when it has a seal
  std::optional<std::uint64_t> clean_last_;  // told by the state file, which has a checksum
  JournalInspection result_;
};

}  // namespace

JournalInspection inspect_journal(FileSystem& file_system, const std::filesystem::path& folder) {
  return Inspector(file_system, folder).run();
}

}  // namespace hookwire

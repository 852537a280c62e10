#include "recovery_plan.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "hookwire/base/error.h"

#include "segment_chain.h"
#include "segment_scan.h"

namespace hookwire {

namespace {

std::uint64_t random_id() {
  std::uint64_t id = 0;
  while (id == 0) {
    if (::getrandom(&id, sizeof id, 0) != sizeof id) throw IoError(errno, "draw a journal id");
  }
  return id;
}

class Planner {
 public:
  Planner(FileSystem& file_system, const std::filesystem::path& folder)
      : file_system_(file_system), folder_(folder) {}

  RecoveryPlan run() {
    const std::optional<JournalState> before = JournalState::load(file_system_, folder_);
    for (const std::string& name : file_system_.list(folder_)) {
      if (name.ends_with(kMakingSuffix)) {
        plan_.steps.push_back({.kind = RecoveryStep::Kind::remove, .file = name, .aside = {}});
      }
    }
    const std::vector<SegmentFile> files = read_segments(file_system_, folder_);
    JournalState& state = to_.state;
    state.boot_id = read_boot_id(file_system_);
    // Without a state file nobody can say how the writer ended: as after a lost machine.
    clean_ = before && before->closed_cleanly;
    power_lost_ = !clean_ && !(before && before->boot_id == state.boot_id);
    state.journal_id = before ? before->journal_id : common_journal_id(files);
    if (state.journal_id == 0) {
      to_.report.created = true;
      state.journal_id = random_id();
      state.epoch = 1;
      if (!files.empty()) to_.last_ordinal = files.back().ordinal;
      return std::move(plan_);
    }
    chain_ = link_segments(file_system_, folder_, files, state.journal_id, power_lost_, plan_);
    to_.report.closed_cleanly = clean_;
    to_.last_ordinal = chain_.last_ordinal;
    if (!chain_.segments.empty()) {
      to_.first_sequence = chain_.segments.front().header->activation->first_sequence;
    }
    state.epoch = before ? before->epoch : 0;
    recover(before);
    to_.report.last_sequence = to_.next_sequence - 1;
    for (const RecoveryFinding& finding : plan_.findings) {
      if (finding.first_sequence == 0) continue;
      to_.report.gaps.push_back({.epoch = finding.epoch,
                                 .first = finding.first_sequence,
                                 .last = finding.last_sequence,
                                 .reason = finding.file + " at offset " +
                                           std::to_string(finding.offset) + ": " + finding.what});
    }
    return std::move(plan_);
  }

 private:
  void recover(const std::optional<JournalState>& before) {
    JournalState& state = to_.state;
    std::uint64_t& next = to_.next_sequence;
    next = chain_.next_sequence;
    if (clean_) next = std::max(next, before->last_sequence + 1);
    for (const SegmentFile& segment : chain_.segments) {
      state.epoch = std::max(state.epoch, segment.header->activation->epoch);
      if (!segment.header->live_sealed) to_.unsealed.push_back(segment.ordinal);
    }
    if (chain_.segments.empty()) {
      find(RecoveryRow::missing_segment, "journal.state", 0, next > 1 ? 1 : 0, next - 1,
           "no segment of the journal is there");
    } else {
      recover_last();
      tell_epoch();
    }
    // With `disk` nothing was sent before it was on stable storage.
    const bool sent_durable = before && before->disk;
    const bool end_missing = end_missing_ && !(sent_durable && chain_.unused_end);
    const bool end_unknown = chain_.open_end || chain_.segments.empty() || end_missing;
    const bool sent_lost = power_lost_ && !sent_durable;
    if (sent_lost || chain_.conflict || (!clean_ && end_unknown)) {
      if (!to_.report.previous_epoch) to_.report.previous_epoch = state.epoch;
      ++state.epoch;
      to_.tail.reset();
    }
  }

  void find(RecoveryRow row, const std::string& file, std::uint64_t offset, std::uint64_t first,
            std::uint64_t last, std::string what) {
    const std::uint32_t epoch = chain_.segments.empty()
                                    ? to_.state.epoch
                                    : chain_.segments.back().header->activation->epoch;
    plan_.findings.push_back({row, file, offset, first, last, epoch, std::move(what)});
  }

  // An epoch that has no record yet was told to nobody.
  void tell_epoch() {
    const std::vector<SegmentFile>& segments = chain_.segments;
    const SegmentActivation& last = *segments.back().header->activation;
    if (last.epoch < to_.state.epoch) {
      to_.report.previous_epoch = last.epoch;
      to_.tail.reset();
    }
    if (last_is_empty_ && segments.size() > 1) {
      for (auto at = segments.rbegin() + 1; at != segments.rend(); ++at) {
        const SegmentActivation& older = *at->header->activation;
        if (older.epoch < last.epoch && older.first_sequence < last.first_sequence) {
          to_.report.previous_epoch = older.epoch;
          return;
        }
        if (older.epoch == last.epoch && older.first_sequence < last.first_sequence) return;
      }
    }
  }

  void recover_last() {
    const SegmentFile& segment = chain_.segments.back();
    const SegmentHeader& header = *segment.header;
    const std::unique_ptr<File> file = file_system_.open(folder_ / segment.name, OpenMode::read);
    const SegmentScan scan = scan_segment(*file,
                                          {.journal_id = to_.state.journal_id,
                                           .epoch = header.activation->epoch,
                                           .first_sequence = header.activation->first_sequence,
                                           .end_sequence = end_sequence_of(header)},
                                          [](const RecordView&) {});
    last_is_empty_ = scan.last_sequence < header.activation->first_sequence;
    for (const ScanDamage& damage : scan.damage) {
      find(RecoveryRow::damage, segment.name, damage.offset, damage.first_sequence,
           damage.last_sequence, damage.what);
    }
    to_.next_sequence = std::max(to_.next_sequence, scan.last_sequence + 1);
    to_.last_time_ns = std::max({scan.last_time_ns, header.activation->first_time_ns,
                                 header.seal ? header.seal->last_time_ns : 0});
    const bool lost = lose_committed(segment, scan);
    const bool cut_short = file->size() < header.made.segment_bytes;
    if (cut_short) {
      find(RecoveryRow::damage, segment.name, file->size(), 0, 0, "the file ends too early");
    }
    end_missing_ = header.seal || sent_on(*file);
    if (end_missing_ && !chain_.open_end && !chain_.unused_end) {
      find(RecoveryRow::missing_segment, segment.name, 0, 0, 0,
           "the segment that followed it is missing");
    }
    if (scan.tail_end != 0 && (power_lost_ || (!lost && scan.torn_tail()))) {
      cut_tail(segment, scan);
    } else if (scan.tail_end != 0 || lost || !scan.damage.empty()) {
      if (scan.tail_end != 0 && !lost) {
        find(RecoveryRow::foreign, segment.name, scan.tail_offset, 0, 0, scan.tail_what);
      }
      return;  // evidence: nothing is written there any more
    }
    if (cut_short || end_missing_) return;
    to_.tail = {segment.ordinal, {scan.end_offset, scan.end_index}, header.made.segment_bytes};
  }

  // True when readers of the segment are sent on to another one.
  static bool sent_on(File& file) {
    std::uint64_t sealed = 0;
    file.read_at(kSealedAt, std::as_writable_bytes(std::span(&sealed, 1)));
    return sealed != 0;
  }

  // True when records that the writer had committed are not there any more; then their sequences
  // are not used again. After lost power the live line says nothing, a seal does.
  bool lose_committed(const SegmentFile& segment, const SegmentScan& scan) {
    const SegmentHeader& header = *segment.header;
    std::uint64_t committed = to_.next_sequence - 1;
    if (header.seal) committed = std::max(committed, header.seal->last_sequence);
    if (!power_lost_) committed = std::max(committed, committed_last(header, scan));
    if (committed <= scan.last_sequence) return false;
    find(RecoveryRow::damage, segment.name, scan.end_offset, scan.last_sequence + 1, committed,
         "records that were committed are gone");
    to_.next_sequence = std::max(to_.next_sequence, committed + 1);
    return true;
  }

  void cut_tail(const SegmentFile& segment, const SegmentScan& scan) {
    const std::string name = "torn-" + std::to_string(segment.ordinal) + "-" +
                             std::to_string(scan.tail_offset) + "-" +
                             std::to_string(to_.next_sequence) + ".bin";
    const RecoveryRow row = power_lost_         ? RecoveryRow::lost_tail
                            : scan.tail_strange ? RecoveryRow::foreign
                                                : RecoveryRow::torn_tail;
    find(row, segment.name, scan.tail_offset, 0, 0, scan.tail_what);
    to_.report.torn_bytes = scan.tail_end - scan.tail_offset;
    to_.report.torn_file = free_name(file_system_, folder_, name);
    plan_.steps.push_back({.kind = RecoveryStep::Kind::cut,
                           .file = segment.name,
                           .offset = scan.tail_offset,
                           .end = scan.tail_end,
                           .keep_from = places_at(scan.end_offset, scan.end_index),
                           .keep_to = block_end(scan.end_offset),
                           .aside = to_.report.torn_file});
  }

  FileSystem& file_system_;
  const std::filesystem::path& folder_;
  bool clean_ = false;
  bool power_lost_ = false;
  bool last_is_empty_ = false;
  bool end_missing_ = false;
  SegmentChain chain_;
  RecoveryPlan plan_;
  RecoveredJournal& to_ = plan_.outcome;
};

}  // namespace

RecoveryPlan plan_recovery(FileSystem& file_system, const std::filesystem::path& folder) {
  return Planner(file_system, folder).run();
}

}  // namespace hookwire

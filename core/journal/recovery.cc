#include "recovery.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "hookwire/base/error.h"

#include "journal_folder.h"
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

class Recovery {
 public:
  Recovery(FileSystem& file_system, const std::filesystem::path& folder)
      : file_system_(file_system), folder_(folder) {}

  RecoveredJournal run() {
    const std::optional<JournalState> before = JournalState::load(file_system_, folder_);
    const std::vector<SegmentFile> used = used_segments();
    JournalState& state = result_.state;
    state.boot_id = read_boot_id(file_system_);
    if (!before && used.empty()) {
      result_.report.created = true;
      state.journal_id = random_id();
      state.epoch = 1;
      return std::move(result_);
    }
    // Without a state file nobody can say how the writer ended: as after a lost machine.
    state.journal_id = before ? before->journal_id : used.back().header->made.journal_id;
    state.epoch = before ? before->epoch : used.back().header->activation->epoch;
    clean_ = before && before->closed_cleanly;
    same_boot_ = before && before->boot_id == state.boot_id;
    result_.report.closed_cleanly = clean_;
    if (clean_) {
      result_.next_sequence = std::max(result_.next_sequence, before->last_sequence + 1);
    }
    check_between(used);
    if (!used.empty()) recover_last(used.back());
    if (unreadable_ || (!clean_ && !same_boot_)) {
      result_.report.previous_epoch = state.epoch++;
      result_.tail.reset();
    }
    if (!result_.tail && !used.empty()) result_.left_ordinal = used.back().ordinal;
    result_.report.last_sequence = result_.next_sequence - 1;
    return std::move(result_);
  }

 private:
  // Those that hold records, oldest first. The others are removed when nothing was written there.
  std::vector<SegmentFile> used_segments() {
    std::vector<SegmentFile> used;
    for (const std::string& name : file_system_.list(folder_)) {
      if (name.ends_with(kMakingSuffix)) file_system_.remove(folder_ / name);
    }
    for (const std::uint64_t ordinal : list_segments(file_system_, folder_)) {
      SegmentFile segment = read_segment(file_system_, folder_, ordinal);
      if (segment.active()) {
        used.push_back(std::move(segment));
      } else if (segment.header && segment.header->live_end_offset <= kSegmentHeaderBytes) {
        file_system_.remove(folder_ / segment.name);
        continue;
      } else {
        note_unreadable(segment);
      }
      result_.last_ordinal = ordinal;
    }
    return used;
  }

  // A segment with a damaged header may have held any records: nothing that it could have named is
  // named again.
  void note_unreadable(const SegmentFile& segment) {
    unreadable_ = true;
    if (segment.header) {
      result_.next_sequence =
          std::max(result_.next_sequence, segment.header->live_last_sequence + 1);
    }
  }

  void add_gap(std::uint32_t epoch, std::uint64_t first, std::uint64_t last, std::string reason) {
    result_.report.gaps.push_back({epoch, first, last, std::move(reason)});
  }

  // Each segment begins where the one before ended.
  void check_between(const std::vector<SegmentFile>& used) {
    for (std::size_t i = 1; i < used.size(); ++i) {
      const SegmentFile& before = used[i - 1];
      const SegmentActivation& now = *used[i].header->activation;
      const std::uint64_t end =
          before.header->seal ? before.header->seal->last_sequence : now.first_sequence - 1;
      if (used[i].ordinal == before.ordinal + 1 && now.first_sequence == end + 1) continue;
      if (now.first_sequence > end + 1) {
        add_gap(now.epoch, end + 1, now.first_sequence - 1,
                "the segments between " + before.name + " and " + used[i].name + " are missing");
      }
    }
  }

  void recover_last(const SegmentFile& segment) {
    const SegmentHeader& header = *segment.header;
    const std::unique_ptr<File> file = file_system_.open(folder_ / segment.name, OpenMode::write);
    const SegmentExpectation expected{.journal_id = result_.state.journal_id,
                                      .epoch = header.activation->epoch,
                                      .first_sequence = header.activation->first_sequence};
    const SegmentScan scan = scan_segment(*file, expected, [](const RecordView&) {});
    for (const ScanDamage& damage : scan.damage) {
      if (damage.first_sequence == 0) continue;
      add_gap(expected.epoch, damage.first_sequence, damage.last_sequence,
              segment.name + " is damaged at offset " + std::to_string(damage.offset) + ": " +
                  damage.what);
    }
    result_.next_sequence = std::max(result_.next_sequence, scan.last_sequence + 1);
    result_.last_time_ns = std::max(scan.last_time_ns, header.activation->first_time_ns);
    const bool lost_committed = (same_boot_ || clean_) && lose_committed(segment, scan);
    const bool torn = scan.tail_end != 0 && !lost_committed;
    if (torn && scan.tail_end - scan.tail_offset <= kMaxRecordBytes) {
      cut_tail(segment, *file, scan);
    } else if (torn || lost_committed || !scan.damage.empty()) {
      return;  // evidence: nothing is written there any more
    }
    result_.tail = {segment.ordinal, scan.end_offset, header.made.segment_bytes};
  }

  // True when records that the writer had committed are not there any more; then their sequences
  // are not used again.
  bool lose_committed(const SegmentFile& segment, const SegmentScan& scan) {
    const std::uint64_t committed =
        std::max(segment.header->live_last_sequence, result_.next_sequence - 1);
    if (committed <= scan.last_sequence) return false;
    add_gap(segment.header->activation->epoch, scan.last_sequence + 1, committed,
            segment.name + " is damaged at offset " + std::to_string(scan.end_offset) +
                ": records that were committed are gone");
    result_.next_sequence = committed + 1;
    return true;
  }

  void cut_tail(const SegmentFile& segment, File& file, const SegmentScan& scan) {
    std::vector<std::byte> tail(static_cast<std::size_t>(scan.tail_end - scan.tail_offset));
    file.read_at(scan.tail_offset, tail);
    const std::string kept = "torn-" + std::to_string(segment.ordinal) + "-" +
                             std::to_string(scan.tail_offset) + "-" +
                             std::to_string(result_.next_sequence) + ".bin";
    const std::unique_ptr<File> evidence = file_system_.open(folder_ / kept, OpenMode::create);
    evidence->write_at(0, tail);
    evidence->sync();
    file_system_.sync_directory(folder_);
    result_.report.torn_bytes = tail.size();
    result_.report.torn_file = kept;
    std::fill(tail.begin(), tail.end(), std::byte{0});
    file.write_at(scan.tail_offset, tail);
  }

  FileSystem& file_system_;
  const std::filesystem::path& folder_;
  bool clean_ = false;
  bool same_boot_ = false;
  bool unreadable_ = false;
  RecoveredJournal result_;
};

}  // namespace

RecoveredJournal recover_journal(FileSystem& file_system, const std::filesystem::path& folder) {
  return Recovery(file_system, folder).run();
}

}  // namespace hookwire

#include "segment_chain.h"

#include <algorithm>
#include <map>

#include "segment_scan.h"

namespace hookwire {

namespace {

constexpr std::size_t kSectorBytes = 512;
constexpr char kAsideSuffix[] = ".aside";

// True when [from, to) of the file is zero as far as it exists.
bool is_zero(File& file, std::uint64_t from, std::uint64_t to) {
  std::vector<std::byte> bytes(16 * kBlockBytes);
  while (from < to) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), to - from));
    const std::size_t count = file.read_at(from, std::span(bytes).first(wanted));
    const std::span<const std::byte> found = std::span(bytes).first(count);
    if (first_nonzero(found) != found.size()) return false;
    if (count < wanted) return true;
    from += count;
  }
  return true;
}

class Linker {
 public:
  Linker(FileSystem& file_system, const std::filesystem::path& folder, std::uint64_t journal_id,
         bool power_lost, RecoveryPlan& plan)
      : file_system_(file_system),
        folder_(folder),
        journal_id_(journal_id),
        power_lost_(power_lost),
        plan_(plan) {}

  void take(const SegmentFile& segment) {
    if (segment.header && segment.header->made.journal_id != journal_id_) {
      keep(segment, RecoveryRow::foreign, "it belongs to another journal; it is left as it is");
    } else if (segment.active()) {
      if (fits(segment)) {
        chain_.open_end = chain_.unused_end = false;
        chain_.last_ordinal = segment.ordinal;
        chain_.segments.push_back(segment);
      }
    } else {
      take_headless(segment);
    }
  }

  SegmentChain finish() {
    // A recovery that was cut off may have set aside what followed.
    const std::string next = segment_name(chain_.last_ordinal + 1);
    if (power_lost_ && file_system_.exists(folder_ / (next + kAsideSuffix))) {
      chain_.unused_end = true;
    }
    for (const std::string& unused : unused_) {
      if (unused != next || !chain_.unused_end) plan_remove(unused);
    }
    return std::move(chain_);
  }

 private:
  void find(const SegmentFile& segment, RecoveryRow row, std::string what, std::uint64_t first = 0,
            std::uint64_t last = 0) {
    plan_.findings.push_back({.row = row,
                              .file = segment.name,
                              .first_sequence = first,
                              .last_sequence = last,
                              .epoch = segment.active() ? segment.header->activation->epoch : 0,
                              .what = std::move(what)});
  }

  void keep(const SegmentFile& segment, RecoveryRow row, std::string what) {
    find(segment, row, std::move(what));
    chain_.last_ordinal = segment.ordinal;
  }

  void set_aside(const SegmentFile& segment, bool hides_epoch) {
    plan_.steps.push_back({.kind = RecoveryStep::Kind::set_aside,
                           .file = segment.name,
                           .aside = free_name(file_system_, folder_, segment.name + kAsideSuffix),
                           .hides_epoch = hides_epoch});
  }

  // After lost power a seal may be there and the activation behind it not. The file that was to
  // follow tells that no other did: it stays until a new segment takes its name, or is set aside
  // under its name.
  void note_end(const SegmentFile& segment) {
    if (!power_lost_ || chain_.segments.empty()) return;
    const SegmentFile& last = chain_.segments.back();
    chain_.unused_end |= last.header->live_sealed && last.ordinal + 1 == segment.ordinal &&
                         chain_.last_ordinal == last.ordinal;
  }

  // Without an activation: never used, or its header is lost or damaged.
  void take_headless(const SegmentFile& segment) {
    const std::unique_ptr<File> file = file_system_.open(folder_ / segment.name, OpenMode::read);
    const bool said_unused =
        segment.header && segment.header->live_end_offset <= kSegmentHeaderBytes;
    if (!power_lost_) {
      if (said_unused) return remove(segment);
    } else if (segment.header || is_zero(*file, 0, kSectorBytes)) {
      const std::uint64_t from = segment.header ? kSegmentHeaderBytes : kSectorBytes;
      if (is_zero(*file, from, file->size())) return remove(segment);
      note_end(segment);
      find(segment, RecoveryRow::lost_tail,
           "its header never reached the disk; what records it holds cannot be told");
      return set_aside(segment, false);
    }
    // Nothing that it could have named is named again.
    const std::uint32_t epoch =
        chain_.segments.empty() ? 1 : chain_.segments.back().header->activation->epoch;
    const SegmentScan scan =
        scan_segment(*file, {.journal_id = journal_id_, .epoch = epoch, .first_sequence = 1},
                     [](const RecordView&) {});
    const std::uint64_t named =
        segment.header ? committed_last(*segment.header, scan) : scan.last_sequence;
    chain_.next_sequence = std::max(chain_.next_sequence, named + 1);
    keep(segment, RecoveryRow::bad_header,
         "its header page is not sound; it is left as it is, and its records are passed over");
    chain_.open_end = true;
  }

  void remove(const SegmentFile& segment) {
    note_end(segment);
    unused_.push_back(segment.name);
  }

  void plan_remove(const std::string& name) {
    plan_.steps.push_back({.kind = RecoveryStep::Kind::remove, .file = name, .aside = {}});
  }

  // The last sequence that a segment holds, by its seal or by reading it.
  std::uint64_t end_of(const SegmentFile& segment) {
    const SegmentHeader& header = *segment.header;
    if (header.seal) return header.seal->last_sequence;
    const std::unique_ptr<File> file = file_system_.open(folder_ / segment.name, OpenMode::read);
    return scan_segment(*file,
                        {.journal_id = journal_id_,
                         .epoch = header.activation->epoch,
                         .first_sequence = header.activation->first_sequence},
                        [](const RecordView&) {})
        .last_sequence;
  }

  // A segment begins behind the one before, in its epoch or a later one.
  bool fits(const SegmentFile& segment) {
    const SegmentActivation& now = *segment.header->activation;
    if (chain_.segments.empty()) return true;
    const SegmentFile& before = chain_.segments.back();
    const SegmentActivation& then = *before.header->activation;
    // One without a seal was left because of damage or an error: its successor says where it ends.
    const bool overlaps = now.epoch == then.epoch && before.header->seal &&
                          now.first_sequence <= before.header->seal->last_sequence;
    if (overlaps || now.epoch < then.epoch || now.first_sequence < then.first_sequence) {
      find(segment, RecoveryRow::two_claims,
           "it claims sequences from " + std::to_string(now.first_sequence) + " on, which " +
               before.name + " holds; the older file stays, this one is set aside");
      set_aside(segment, true);
      chain_.conflict = true;
      chain_.last_ordinal = segment.ordinal;
      chain_.next_sequence = std::max(chain_.next_sequence, end_of(segment) + 1);
      return false;
    }
    // And what it lost was reported when it was left, unless the machine was lost since.
    if (!before.header->seal && !power_lost_) return true;
    const std::uint64_t end = end_of(before);
    if (now.first_sequence > end + 1) {
      find(segment, RecoveryRow::missing_segment,
           "what stood between " + before.name + " and this segment is missing", end + 1,
           now.first_sequence - 1);
    }
    return true;
  }

  FileSystem& file_system_;
  const std::filesystem::path& folder_;
  const std::uint64_t journal_id_;
  const bool power_lost_;
  RecoveryPlan& plan_;
  SegmentChain chain_;
  std::vector<std::string> unused_;  // files that nothing was ever written to
};

}  // namespace

std::vector<SegmentFile> read_segments(FileSystem& file_system,
                                       const std::filesystem::path& folder) {
  std::vector<SegmentFile> files;
  for (const std::uint64_t ordinal : list_segments(file_system, folder)) {
    files.push_back(read_segment(file_system, folder, ordinal));
  }
  return files;
}

std::uint64_t common_journal_id(const std::vector<SegmentFile>& files) {
  std::map<std::uint64_t, int> counts;
  std::uint64_t most = 0;
  for (const SegmentFile& segment : files) {
    if (!segment.active()) continue;
    const std::uint64_t id = segment.header->made.journal_id;
    if (++counts[id] >= counts[most]) most = id;
  }
  return most;
}

SegmentChain link_segments(FileSystem& file_system, const std::filesystem::path& folder,
                           const std::vector<SegmentFile>& files, std::uint64_t journal_id,
                           bool power_lost, RecoveryPlan& plan) {
  Linker linker(file_system, folder, journal_id, power_lost, plan);
  for (const SegmentFile& segment : files) linker.take(segment);
  return linker.finish();
}

std::string free_name(FileSystem& file_system, const std::filesystem::path& folder,
                      const std::string& name) {
  std::string free = name;
  for (int n = 2; file_system.exists(folder / free); ++n) free = name + "." + std::to_string(n);
  return free;
}

}  // namespace hookwire

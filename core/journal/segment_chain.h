#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "hookwire/base/file_system.h"

#include "journal_folder.h"
#include "recovery_plan.h"

namespace hookwire {

/// The segments of a journal that hold its records, in order.
struct SegmentChain {
  std::vector<SegmentFile> segments;
  std::uint64_t last_ordinal = 0;   ///< Of the newest segment file that stays, of whatever kind.
  std::uint64_t next_sequence = 1;  ///< Behind every sequence that a header names.
  bool open_end = false;            ///< Something that cannot be read stands behind the last one.
  bool conflict = false;            ///< A segment claimed the place of an older one.
  /// Power was lost, and the file that was to follow the last one holds nothing that was synced.
  bool unused_end = false;
};

/// Every segment file of a folder, with what its header says.
std::vector<SegmentFile> read_segments(FileSystem& file_system,
                                       const std::filesystem::path& folder);

/// The journal that most of the segments in use belong to; 0 when none is in use.
std::uint64_t common_journal_id(const std::vector<SegmentFile>& files);

/// Links the segments of the journal `journal_id` and adds to `plan` what it finds about the others
/// and between them. `power_lost`: the machine stopped while they were being written. Throws
/// IoError.
SegmentChain link_segments(FileSystem& file_system, const std::filesystem::path& folder,
                           const std::vector<SegmentFile>& files, std::uint64_t journal_id,
                           bool power_lost, RecoveryPlan& plan);

/// A name like `name` that no file in `folder` has. Throws IoError.
std::string free_name(FileSystem& file_system, const std::filesystem::path& folder,
                      const std::string& name);

}  // namespace hookwire

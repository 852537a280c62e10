#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// One segment as `hookwire journal ls` shows it.
struct SegmentInfo {
  std::uint64_t ordinal = 0;
  std::string file;  ///< Name within the folder.
  std::uint32_t epoch = 0;
  std::uint64_t first_sequence = 0;  ///< 0: made, not used yet.
  std::uint64_t last_sequence = 0;
  std::uint64_t record_count = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::int64_t first_time_ns = 0;
  std::int64_t last_time_ns = 0;
};

/// Something wrong at one place.
struct JournalDamage {
  std::string segment;  ///< File name.
  std::uint64_t offset = 0;
  std::uint64_t first_sequence =
      0;  ///< The sequences that cannot be read; 0 when none is known lost.
  std::uint64_t last_sequence = 0;
  std::string what;
};

/// Every record of a journal, read and checked.
struct JournalInspection {
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  bool writer_alive = false;  ///< A process holds the journal now.
  bool closed_cleanly = false;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t record_count = 0;
  std::uint64_t torn_bytes = 0;  ///< An unfinished record at the very tail; sound.
  std::vector<SegmentInfo> segments;
  std::vector<JournalDamage> damage;  ///< Empty: sound.
};

/// Reads every record in `folder` and says what it found; changes nothing. Of a live journal it
/// reads what was committed when it began. Throws as JournalReader's constructor does.
JournalInspection inspect_journal(FileSystem& file_system, const std::filesystem::path& folder);

}  // namespace hookwire
#pragma GCC visibility pop

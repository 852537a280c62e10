#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "hookwire/base/file_system.h"

#include "journal_folder.h"

namespace hookwire {

/// Watches where a journal ends: the newest segment in use and its live line. Confined to one
/// thread.
class JournalTail {
 public:
  /// Throws Error bad_input when `folder` holds no journal, incompatible, IoError.
  JournalTail(FileSystem& file_system, const std::filesystem::path& folder);

  /// Looks whether the newest segment was sealed and another is in use. A few loads when not, and
  /// once a second a look at the folder: throws Error closed when it holds another journal. Segment
  /// `seen` was found to be in use.
  void refresh(std::uint64_t seen = 0);

  std::uint64_t journal_id() const noexcept { return journal_id_; }
  /// 0 while no segment is in use.
  std::uint64_t ordinal() const noexcept { return ordinal_; }
  std::uint32_t epoch() const noexcept { return epoch_; }
  /// Of the newest segment: behind its last committed record, and that record's sequence. When no
  /// writer lived at the time the segment was found, sound records behind the live line count too.
  std::uint64_t end_offset() const noexcept;
  std::uint64_t last_sequence() const noexcept;
  /// Of the journal: the last sequence that its writer told to be on stable storage, and the oldest
  /// that it keeps; 0: not told.
  std::uint64_t durable_sequence() const noexcept;
  std::uint64_t first_sequence() const noexcept;

 private:
  void follow(const SegmentFile& segment);
  void look_for_newer();
  std::uint64_t live_last_sequence() const noexcept;
  void look_for_another();

  FileSystem& file_system_;
  std::filesystem::path folder_;
  std::uint64_t journal_id_ = 0;
  std::uint64_t ordinal_ = 0;
  std::uint32_t epoch_ = 0;
  std::unique_ptr<File> file_;
  std::unique_ptr<Mapping> header_;  // the header page, with the live line
  std::uint64_t scanned_end_offset_ = 0;
  std::uint64_t scanned_last_sequence_ = 0;
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
  bool replaced_ = false;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t disbelieved_ = 0;  // what a dead writer's damaged live line says; 0: nothing
};

}  // namespace hookwire

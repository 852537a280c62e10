#pragma once

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

  /// Looks whether the newest segment was sealed and another is in use. A few loads when not.
  void refresh();

  std::uint64_t journal_id() const noexcept { return journal_id_; }
  /// 0 while no segment is in use.
  std::uint64_t ordinal() const noexcept { return ordinal_; }
  std::uint32_t epoch() const noexcept { return epoch_; }
  /// Of the newest segment: behind its last committed record, and that record's sequence. When no
  /// writer lived at the time the segment was found, sound records behind the live line count too.
  std::uint64_t end_offset() const noexcept;
  std::uint64_t last_sequence() const noexcept;

 private:
  void follow(const SegmentFile& segment);
  void look_for_newer();

  FileSystem& file_system_;
  std::filesystem::path folder_;
  std::uint64_t journal_id_ = 0;
  std::uint64_t ordinal_ = 0;
  std::uint32_t epoch_ = 0;
  std::unique_ptr<File> file_;
  std::unique_ptr<Mapping> header_;  // the header page, with the live line
  std::uint64_t scanned_end_offset_ = 0;
  std::uint64_t scanned_last_sequence_ = 0;
};

}  // namespace hookwire

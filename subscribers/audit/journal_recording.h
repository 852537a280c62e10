#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/client/sink.h"
#include "hookwire/record/record.h"

namespace hookwire {

/// The recording of one journal: its folder, the segment that is being written, where it ends.
/// Confined to one thread.
class JournalRecording {
 public:
  /// Opens the folder of `journal_id` below the audit log's, making it when absent, and cuts what a
  /// crash left half written.
  JournalRecording(FileSystem& file_system, Log& log, const std::filesystem::path& log_folder,
                   std::uint64_t journal_id, std::uint64_t segment_bytes);

  /// Appends entry bytes as they are; they are in the file with the next commit.
  void append(std::span<const std::byte> entry, const RecordIdentity& identity);
  /// Writes out and syncs. Throws IoError; the recording is of no use then.
  void commit();

  /// Behind the last entry appended; nothing when there is none yet.
  const std::optional<Cursor>& cursor() const noexcept { return cursor_; }

 private:
  void recover(Log& log);
  void cut_tail(Log& log, const std::filesystem::path& path, std::uint64_t ordinal,
                std::uint64_t offset);
  void begin_segment();
  void write_out();

  FileSystem& file_system_;
  std::filesystem::path folder_;
  std::uint64_t journal_id_;
  std::uint64_t segment_bytes_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t offset_ = 0;  // where the next write goes
  std::unique_ptr<File> file_;
  std::vector<std::byte> pending_;  // appended, not written: kWriteBytes at most
  bool unsynced_ = false;
  std::optional<Cursor> cursor_;
};

}  // namespace hookwire

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hookwire/audit/audit_segment.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/client/sink.h"
#include "hookwire/record/record.h"

namespace hookwire {

/// The recording of one journal: its folder, the segment that is being written, where it ends.
/// Confined to one thread.
class JournalRecording {
 public:
  /// Goes on in the folder of `journal_id` below the audit log's: cuts what a crash left half
  /// written and syncs what it left whole. Without a folder the first entry makes it.
  JournalRecording(FileSystem& file_system, Log& log, const std::filesystem::path& log_folder,
                   std::uint64_t journal_id, std::uint64_t segment_bytes);

  /// Appends entry bytes as they are; they are in the file with the next commit.
  void append(std::span<const std::byte> entry, const RecordIdentity& identity);
  /// Writes out and syncs. When it throws, the recording is of no use any more; what could not be
  /// synced is cut, so that the next one asks for it again.
  void commit();

  /// Behind the last entry appended; nothing when there is none yet.
  const std::optional<Cursor>& cursor() const noexcept { return cursor_; }

 private:
  void recover(Log& log);
  void resume(std::uint64_t ordinal, std::uint64_t offset);
  void cut_tail(Log& log, std::uint64_t ordinal, const AuditSegmentScan& scan);
  std::filesystem::path keep_aside(File& file, std::uint64_t ordinal, std::uint64_t offset);
  void begin_segment();
  void write_out();
  void sync();
  std::filesystem::path segment(std::uint64_t ordinal) const;

  FileSystem& file_system_;
  std::filesystem::path folder_;
  std::uint64_t journal_id_;
  std::uint64_t segment_bytes_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t offset_ = 0;          // where the next write goes
  std::uint64_t durable_offset_ = 0;  // what is before it is on stable storage
  std::unique_ptr<File> file_;
  std::vector<std::byte> pending_;  // appended, not written: kWriteBytes at most
  std::optional<Cursor> cursor_;
};

}  // namespace hookwire

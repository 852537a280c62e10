#include "journal_recording.h"

#include <array>
#include <cstdio>

#include "hookwire/audit/audit_segment.h"

namespace hookwire {

namespace {

constexpr std::size_t kWriteBytes = 1024 * 1024;

std::filesystem::path folder_of(const std::filesystem::path& log_folder, std::uint64_t journal_id) {
  std::array<char, 17> name{};
  std::snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(journal_id));
  return log_folder / name.data();
}

}  // namespace

JournalRecording::JournalRecording(FileSystem& file_system, Log& log,
                                   const std::filesystem::path& log_folder,
                                   std::uint64_t journal_id, std::uint64_t segment_bytes)
    : file_system_(file_system),
      folder_(folder_of(log_folder, journal_id)),
      journal_id_(journal_id),
      segment_bytes_(segment_bytes) {
  if (!file_system_.exists(folder_)) {
    file_system_.make_directory(folder_, 0700);
    file_system_.sync_directory(log_folder);
  }
  pending_.reserve(kWriteBytes + kMaxRecordBytes);
  recover(log);
}

void JournalRecording::recover(Log& log) {
  const std::vector<std::uint64_t> ordinals = audit_segments(file_system_, folder_);
  // The newest entry is in the last segment, or in the one before when that has none yet.
  for (auto ordinal = ordinals.rbegin(); ordinal != ordinals.rend() && !cursor_; ++ordinal) {
    const std::filesystem::path path = folder_ / audit_segment_name(*ordinal);
    const AuditSegmentScan scan =
        read_audit_segment(file_system_, path, journal_id_, *ordinal, [](const RecordView&) {});
    if (scan.last) {
      cursor_ = Cursor{scan.last->journal_id, scan.last->epoch, scan.last->sequence};
    }
    if (scan.fault != RecordFault::none) cut_tail(log, path, *ordinal, scan.end_offset);
    if (ordinal != ordinals.rbegin()) continue;
    ordinal_ = *ordinal;
    offset_ = scan.end_offset;
    file_ = file_system_.open(path, OpenMode::write);
    if (offset_ < kAuditHeaderBytes) {
      write_audit_header(*file_, journal_id_, ordinal_);
      offset_ = kAuditHeaderBytes;
    }
  }
}

void JournalRecording::cut_tail(Log& log, const std::filesystem::path& path, std::uint64_t ordinal,
                                std::uint64_t offset) {
  const std::unique_ptr<File> file = file_system_.open(path, OpenMode::write);
  std::vector<std::byte> tail(static_cast<std::size_t>(file->size() - offset));
  tail.resize(file->read_at(offset, tail));
  const std::filesystem::path kept =
      folder_ / ("torn-" + std::to_string(ordinal) + "-" + std::to_string(offset));
  const std::unique_ptr<File> evidence = file_system_.open(kept, OpenMode::create);
  evidence->write_at(0, tail);
  evidence->sync();
  file_system_.sync_directory(folder_);
  file->truncate(offset);
  file->sync();
  log.warning("audit log: " + path.string() + " ended in " + std::to_string(tail.size()) +
              " bytes of an unfinished entry; they are kept in " + kept.string() +
              " and asked for again");
}

void JournalRecording::begin_segment() {
  ++ordinal_;
  file_ = file_system_.open(folder_ / audit_segment_name(ordinal_), OpenMode::create_new);
  write_audit_header(*file_, journal_id_, ordinal_);
  file_->sync();
  file_system_.sync_directory(folder_);
  offset_ = kAuditHeaderBytes;
}

void JournalRecording::append(std::span<const std::byte> entry, const RecordIdentity& identity) {
  if (file_ == nullptr || offset_ + pending_.size() + entry.size() > segment_bytes_) {
    commit();
    begin_segment();
  }
  pending_.insert(pending_.end(), entry.begin(), entry.end());
  cursor_ = Cursor{identity.journal_id, identity.epoch, identity.sequence};
  if (pending_.size() >= kWriteBytes) write_out();
}

void JournalRecording::write_out() {
  if (pending_.empty()) return;
  file_->write_at(offset_, pending_);
  offset_ += pending_.size();
  pending_.clear();
  unsynced_ = true;
}

void JournalRecording::commit() {
  write_out();
  if (!unsynced_) return;
  file_->sync();
  unsynced_ = false;
}

}  // namespace hookwire

#include "journal_recording.h"

#include <array>
#include <cstdio>
#include <string>

#include "hookwire/base/error.h"

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
  if (file_system_.exists(folder_)) recover(log);
}

std::filesystem::path JournalRecording::segment(std::uint64_t ordinal) const {
  return folder_ / audit_segment_name(ordinal);
}

void JournalRecording::recover(Log& log) {
  // A process that was killed may have made folder and segment without syncing their names.
  file_system_.sync_directory(folder_.parent_path());
  file_system_.sync_directory(folder_);
  const std::vector<std::uint64_t> ordinals = audit_segments(file_system_, folder_);
  // The newest entry is in the last segment, or in the one before when that has none yet.
  for (auto ordinal = ordinals.rbegin(); ordinal != ordinals.rend() && !cursor_; ++ordinal) {
    const AuditSegmentScan scan = read_audit_segment(file_system_, segment(*ordinal), journal_id_,
                                                     *ordinal, [](const RecordView&) {});
    if (scan.last) {
      cursor_ = Cursor{scan.last->journal_id, scan.last->epoch, scan.last->sequence};
    }
    if (scan.end_offset < scan.file_bytes) cut_tail(log, *ordinal, scan);
    if (ordinal == ordinals.rbegin()) resume(*ordinal, scan.end_offset);
  }
}

void JournalRecording::resume(std::uint64_t ordinal, std::uint64_t offset) {
  ordinal_ = ordinal;
  offset_ = offset;
  file_ = file_system_.open(segment(ordinal), OpenMode::write);
  if (offset_ < kAuditHeaderBytes) {
    write_audit_header(*file_, journal_id_, ordinal_);
    offset_ = kAuditHeaderBytes;
  }
  // The cursor counts what was read here, and a process that was killed may not have synced it.
  file_->sync();
  durable_offset_ = offset_;
}

void JournalRecording::cut_tail(Log& log, std::uint64_t ordinal, const AuditSegmentScan& scan) {
  const std::unique_ptr<File> file = file_system_.open(segment(ordinal), OpenMode::write);
  const std::filesystem::path kept = keep_aside(*file, ordinal, scan.end_offset);
  file->truncate(scan.end_offset);
  file->sync();
  log.warning("audit log: " + segment(ordinal).string() + " has no sound entry at byte " +
              std::to_string(scan.end_offset) + " (" + std::string(to_string(scan.fault)) +
              "): the last " + std::to_string(scan.file_bytes - scan.end_offset) +
              " bytes are kept in " + kept.string() + " and what they held is asked for again");
}

// Copies what is behind `offset` to a file of its own. Under its name only once it is whole, so
// that a copy that was broken off is made anew and none replaces another.
std::filesystem::path JournalRecording::keep_aside(File& file, std::uint64_t ordinal,
                                                   std::uint64_t offset) {
  const std::filesystem::path fresh = folder_ / "torn.new";
  const std::unique_ptr<File> copy = file_system_.open(fresh, OpenMode::create);
  copy->truncate(0);
  std::vector<std::byte> chunk(kWriteBytes);
  std::uint64_t done = 0;
  while (const std::size_t count = file.read_at(offset + done, chunk)) {
    copy->write_at(done, std::span(chunk).first(count));
    done += count;
  }
  copy->sync();
  const std::string name = "torn-" + std::to_string(ordinal) + "-" + std::to_string(offset);
  std::filesystem::path kept = folder_ / name;
  for (int n = 2; file_system_.exists(kept); ++n) kept = folder_ / (name + "-" + std::to_string(n));
  file_system_.rename(fresh, kept);
  file_system_.sync_directory(folder_);
  return kept;
}

void JournalRecording::begin_segment() {
  if (ordinal_ == 0) {
    file_system_.make_directory(folder_, 0700);
    file_system_.sync_directory(folder_.parent_path());
  }
  file_ = file_system_.open(segment(ordinal_ + 1), OpenMode::create_new);
  ++ordinal_;
  write_audit_header(*file_, journal_id_, ordinal_);
  offset_ = kAuditHeaderBytes;
  durable_offset_ = 0;
  sync();
  file_system_.sync_directory(folder_);
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
}

void JournalRecording::commit() {
  write_out();
  if (offset_ != durable_offset_) sync();
}

void JournalRecording::sync() {
  try {
    file_->sync();
  } catch (...) {
    // The kernel may call pages clean now that are not on the disk: nobody must read them back and
    // take them for recorded.
    try {
      file_->truncate(durable_offset_);
    } catch (const Error&) {
      // That the sync failed says more.
    }
    throw;
  }
  durable_offset_ = offset_;
}

}  // namespace hookwire

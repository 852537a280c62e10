#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "hookwire/client/sink.h"

namespace hookwire::testing {

/// What a careful user's program keeps of each event, in one file: written with one write a
/// commit, and read to the last whole entry after a crash. The last entry is the cursor, so that
/// data and cursor can never differ. Confined to one thread.
class SequenceStore final : public Sink, public CursorStore {
 public:
  struct Entry {
    std::uint64_t journal_id = 0;
    std::uint64_t sequence = 0;
    std::uint32_t epoch = 0;
    std::uint32_t sound = 0;  ///< 1: it was an event, and said what it had to.
  };

  /// `is_sound` looks at a record. The file is made when there is none.
  SequenceStore(const std::filesystem::path& path, bool (*is_sound)(const RecordView&))
      : is_sound_(is_sound), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::runtime_error("cannot open " + path.string());
    struct stat found {};
    ::fstat(fd_, &found);
    end_ = found.st_size / kEntryBytes * kEntryBytes;
    if (end_ == 0) return;
    Entry last;
    if (::pread(fd_, &last, sizeof last, end_ - kEntryBytes) != kEntryBytes) {
      throw std::runtime_error("cannot read " + path.string());
    }
    last_ = {last.journal_id, last.epoch, last.sequence};
  }
  ~SequenceStore() override { ::close(fd_); }
  SequenceStore(const SequenceStore&) = delete;
  SequenceStore& operator=(const SequenceStore&) = delete;

  static std::vector<Entry> read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<Entry> entries;
    for (Entry entry; file.read(reinterpret_cast<char*>(&entry), sizeof entry);) {
      entries.push_back(entry);
    }
    return entries;
  }

  /// Events that came although they were stored: a user who keeps the cursor apart drops them.
  std::uint64_t repeated() const noexcept { return repeated_; }
  std::uint64_t gaps() const noexcept { return gaps_; }
  std::uint64_t stored() const noexcept { return last_ ? last_->sequence : 0; }

  void records(const Source& /*source*/, std::span<const RecordView> records) override {
    for (const RecordView& record : records) {
      const std::uint64_t last = fresh_.empty() ? stored() : fresh_.back().sequence;
      if (record.sequence <= last) {
        ++repeated_;
        continue;
      }
      fresh_.push_back({.journal_id = record.journal_id,
                        .sequence = record.sequence,
                        .epoch = record.epoch,
                        .sound = is_sound_(record) ? 1U : 0U});
    }
  }
  void gap(const Source& /*source*/, const SourceGap& /*gap*/) override { ++gaps_; }
  void commit() override {
    if (fresh_.empty()) return;
    const auto size = static_cast<ssize_t>(fresh_.size() * sizeof(Entry));
    if (::pwrite(fd_, fresh_.data(), static_cast<std::size_t>(size), end_) != size) {
      throw std::runtime_error("cannot store");
    }
    end_ += size;
    last_ = {fresh_.back().journal_id, fresh_.back().epoch, fresh_.back().sequence};
    fresh_.clear();
  }

  std::optional<Cursor> of_endpoint(const std::string& /*endpoint*/) override { return last_; }
  std::optional<Cursor> of_journal(std::uint64_t journal_id) override {
    return last_ && last_->journal_id == journal_id ? last_ : std::nullopt;
  }
  void save(const std::string& /*endpoint*/, const Cursor& /*cursor*/) override {}

 private:
  static constexpr ssize_t kEntryBytes = sizeof(Entry);

  bool (*is_sound_)(const RecordView&);
  int fd_;
  off_t end_ = 0;
  std::optional<Cursor> last_;
  std::vector<Entry> fresh_;
  std::uint64_t repeated_ = 0;
  std::uint64_t gaps_ = 0;
};

}  // namespace hookwire::testing

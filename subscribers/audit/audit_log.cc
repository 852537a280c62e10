#include "hookwire/audit/audit_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <sstream>
#include <utility>

#include "hookwire/audit/audit_segment.h"
#include "hookwire/base/error.h"
#include "hookwire/base/replace_file.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/utf8.h"

#include "journal_recording.h"

namespace hookwire {

namespace {

constexpr char kSources[] = "sources";
constexpr std::size_t kMaxReasonBytes = 1024;
constexpr std::size_t kMaxSourcesBytes = 1024 * 1024;

AuditLogOptions checked(const AuditLogOptions& options) {
  if (options.segment_bytes < (1u << 20) || options.segment_bytes > (4ull << 30)) {
    throw Error(ErrorCode::configuration, "an audit log's segment is 1 MiB to 4 GiB, not " +
                                              std::to_string(options.segment_bytes) + " bytes");
  }
  return options;
}

}  // namespace

class AuditLog::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, Log& log, const AuditLogOptions& options)
      : file_system_(file_system), clock_(clock), log_(log), options_(checked(options)) {
    const bool made = !file_system_.exists(options_.folder);
    file_system_.make_directory(options_.folder, 0700);
    if (made) file_system_.sync_directory(options_.folder / "..");
    lock_ = file_system_.lock(options_.folder / "lock");
    load_sources();
  }

  void records(const Source& source, std::span<const RecordView> records) {
    JournalRecording& recording = recording_of(source.journal_id);
    for (const RecordView& record : records) {
      if (record.kind == kAuditGapKind) {
        gap(source, {.epoch = record.epoch,
                     .first = record.sequence,
                     .last = record.sequence,
                     .reason = "bad record: its kind is that of the gaps in this log"});
        continue;
      }
      recording.append(record.bytes, record.identity());
      ++given_records_;
    }
  }

  void gap(const Source& source, const SourceGap& gap) {
    std::array<std::byte, 2 * kMaxReasonBytes> body;
    BodyWriter writer(body);
    writer.begin_map(4);
    visit_entry("epoch", gap.epoch, writer);
    visit_entry("first", gap.first, writer);
    visit_entry("last", gap.last, writer);
    visit_entry("reason", cut_utf8(gap.reason, kMaxReasonBytes), writer);
    JournalRecording& recording = recording_of(source.journal_id);
    // Records that were rolled back are in the log, and their sequences come again in a later
    // epoch: the log goes on where that begins, not behind what was lost.
    const bool rolled_back = recording.cursor() && gap.first <= recording.cursor()->sequence;
    const RecordView entry{.sequence = rolled_back ? gap.first - 1 : gap.last,
                           .journal_id = source.journal_id,
                           .time_ns = clock_.unix_ns(),
                           .epoch = std::max(gap.epoch, source.epoch),
                           .kind = kAuditGapKind,
                           .topic = "gap",
                           .body = writer.written(),
                           .bytes = {}};
    std::array<std::byte, sizeof body + 128> bytes;
    const std::size_t size = encode_record(entry, bytes);
    recording.append(std::span(bytes).first(size), entry.identity());
    ++given_gaps_;
    log_.warning("audit log: " + source.publisher + " cannot give events " +
                 std::to_string(gap.first) + " to " + std::to_string(gap.last) + " of epoch " +
                 std::to_string(gap.epoch) + ": " + gap.reason);
  }

  void commit() {
    for (auto& [journal_id, recording] : recordings_) recording->commit();
    record_count_ += std::exchange(given_records_, 0);
    gap_count_ += std::exchange(given_gaps_, 0);
  }

  void connected(const Source& source) {
    log_.info("audit log: recording " + source.publisher + " from " + source.endpoint);
    const std::uint64_t before = std::exchange(sources_[source.endpoint], source.journal_id);
    if (before == source.journal_id) return;
    if (const auto replaced = recordings_.find(before); replaced != recordings_.end()) {
      replaced->second->commit();
      recordings_.erase(replaced);
    }
    save_sources();
  }
  void disconnected(const std::string& endpoint, const std::string& reason) {
    log_.info("audit log: " + endpoint + ": " + reason);
  }

  std::optional<Cursor> of_endpoint(const std::string& endpoint) {
    const auto source = sources_.find(endpoint);
    return source == sources_.end() ? std::nullopt : of_journal(source->second);
  }
  std::optional<Cursor> of_journal(std::uint64_t journal_id) {
    return recording_of(journal_id).cursor();
  }

  std::uint64_t record_count() const noexcept { return record_count_; }
  std::uint64_t gap_count() const noexcept { return gap_count_; }

  /// Once something was not written, only opening the log anew tells what it holds.
  template <class Write>
  void unless_broken(Write&& write) {
    if (broken_) {
      throw Error(ErrorCode::closed,
                  options_.folder.string() + ": the audit log could not be written; open it anew");
    }
    broken_ = true;
    write();
    broken_ = false;
  }

 private:
  JournalRecording& recording_of(std::uint64_t journal_id) {
    std::unique_ptr<JournalRecording>& recording = recordings_[journal_id];
    if (recording == nullptr) {
      recording = std::make_unique<JournalRecording>(file_system_, log_, options_.folder,
                                                     journal_id, options_.segment_bytes);
    }
    return *recording;
  }

  // One line a source: journal id in hex, a space, the endpoint. Only saves the publisher from
  // sending what is recorded already: a line that is lost or wrong costs nothing else.
  void load_sources() {
    const std::filesystem::path path = options_.folder / kSources;
    if (!file_system_.exists(path)) return;
    const std::unique_ptr<File> file = file_system_.open(path, OpenMode::read);
    std::string text(kMaxSourcesBytes, '\0');
    text.resize(file->read_at(0, std::as_writable_bytes(std::span(text))));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::uint64_t journal_id = 0;
      const auto [stop, error] =
          std::from_chars(line.data(), line.data() + line.size(), journal_id, 16);
      if (error == std::errc() && *stop == ' ') sources_[std::string(stop + 1)] = journal_id;
    }
  }

  void save_sources() {
    std::string text;
    for (const auto& [endpoint, journal_id] : sources_) {
      std::array<char, 18> hex{};
      std::snprintf(hex.data(), hex.size(), "%016llx ",
                    static_cast<unsigned long long>(journal_id));
      text += hex.data() + endpoint + '\n';
    }
    replace_file(file_system_, options_.folder / kSources, std::as_bytes(std::span(text)));
  }

  FileSystem& file_system_;
  const Clock& clock_;
  Log& log_;
  AuditLogOptions options_;
  std::unique_ptr<FileLock> lock_;
  std::map<std::uint64_t, std::unique_ptr<JournalRecording>> recordings_;
  std::map<std::string, std::uint64_t> sources_;
  bool broken_ = false;
  std::uint64_t given_records_ = 0;  // since the last commit
  std::uint64_t given_gaps_ = 0;
  std::uint64_t record_count_ = 0;
  std::uint64_t gap_count_ = 0;
};

AuditLog::AuditLog(FileSystem& file_system, const Clock& clock, Log& log,
                   const AuditLogOptions& options)
    : impl_(std::make_unique<Impl>(file_system, clock, log, options)) {}

AuditLog::~AuditLog() = default;

void AuditLog::records(const Source& source, std::span<const RecordView> records) {
  impl_->unless_broken([&] { impl_->records(source, records); });
}
void AuditLog::gap(const Source& source, const SourceGap& gap) {
  impl_->unless_broken([&] { impl_->gap(source, gap); });
}
void AuditLog::commit() {
  impl_->unless_broken([&] { impl_->commit(); });
}
void AuditLog::connected(const Source& source) {
  impl_->unless_broken([&] { impl_->connected(source); });
}
void AuditLog::disconnected(const std::string& endpoint, const std::string& reason) {
  impl_->disconnected(endpoint, reason);
}
std::optional<Cursor> AuditLog::of_endpoint(const std::string& endpoint) {
  return impl_->of_endpoint(endpoint);
}
std::optional<Cursor> AuditLog::of_journal(std::uint64_t journal_id) {
  return impl_->of_journal(journal_id);
}
// What is recorded is the cursor.
void AuditLog::save(const std::string& /*endpoint*/, const Cursor& /*cursor*/) {}
std::uint64_t AuditLog::record_count() const noexcept {
  return impl_->record_count();
}
std::uint64_t AuditLog::gap_count() const noexcept {
  return impl_->gap_count();
}

}  // namespace hookwire

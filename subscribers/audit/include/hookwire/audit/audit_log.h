#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/client/sink.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// How an audit log is kept.
struct AuditLogOptions {
  std::filesystem::path folder;  ///< Made (0700) when absent; its parent must exist.
  /// A segment that has reached this size is followed by another. 1 MiB to 4 GiB.
  std::uint64_t segment_bytes = 64ull << 20;
};

/// The recording of what publishers say, each event once and in order, in folders of its own: a
/// sink, and the store of the cursors that follow from what is recorded.
///
/// `FOLDER/<journal id, 16 hex digits>/<ordinal, 20 digits>.hwa` holds one journal's records, byte
/// for byte, and the gaps between them; `FOLDER/sources` which journal each endpoint had last. A
/// commit is on stable storage. What a crash left half written is cut at the next open, kept aside
/// in a file `torn-...`, and asked for again. One process at a time. Confined to one thread.
///
/// After an exception from any of the sink's functions, or from the subscriber that feeds it, open
/// the log anew: what had not been committed comes again, and this object would hold it twice. It
/// throws Error closed when one of its own was thrown.
class AuditLog final : public Sink, public CursorStore {
 public:
  /// Opens or makes the log. The references must outlive it. Throws Error: busy when another
  /// process holds it, incompatible for another format version, configuration, IoError.
  AuditLog(FileSystem& file_system, const Clock& clock, Log& log, const AuditLogOptions& options);
  ~AuditLog() override;

  void records(const Source& source, std::span<const RecordView> records) override;
  void gap(const Source& source, const SourceGap& gap) override;
  void commit() override;
  void connected(const Source& source) override;
  void disconnected(const std::string& endpoint, const std::string& reason) override;

  std::optional<Cursor> of_endpoint(const std::string& endpoint) override;
  std::optional<Cursor> of_journal(std::uint64_t journal_id) override;
  void save(const std::string& endpoint, const Cursor& cursor) override;

  /// Records and gaps committed since the log was opened.
  std::uint64_t record_count() const noexcept;
  std::uint64_t gap_count() const noexcept;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hookwire/base/file_system.h"
#include "hookwire/client/sink.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Cursors in one small text file, replaced as a whole at each save: after a crash it holds a
/// cursor saved before or the one just saved, never one that is ahead of what the sink made safe.
/// Events between the last save and a crash therefore come twice. A save is one write, one
/// fdatasync and one rename. Confined to the subscriber's thread.
///
///   hookwire-cursors 1
///   <journal id, 16 hex digits> <epoch> <sequence> <endpoint>
///
/// Lines stand in the order in which they were saved, the newest last; one for each endpoint and
/// journal, 1024 at most.
class CursorFile final : public CursorStore {
 public:
  /// Reads the file; when there is none, the first save makes it. `file_system` must outlive this.
  /// Throws Error: damaged with the line's number when a line is not a cursor, incompatible for
  /// another version, IoError.
  CursorFile(FileSystem& file_system, std::filesystem::path path);
  ~CursorFile() override;

  std::optional<Cursor> of_endpoint(const std::string& endpoint) override;
  std::optional<Cursor> of_journal(std::uint64_t journal_id) override;
  /// Throws IoError; the file then still holds what it held.
  void save(const std::string& endpoint, const Cursor& cursor) override;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

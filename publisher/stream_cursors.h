#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/function_ref.h"
#include "hookwire/base/log.h"

#include "stream_cursor_file.h"

namespace hookwire {

/// The named cursors of one journal, kept in a file (stream_cursor_file.h). A cursor that is lost
/// or older than it was makes a client see records again, never miss any. Thread-compatible.
class StreamCursors {
 public:
  static constexpr std::size_t kMaxNames = kMaxStreamCursors;
  static constexpr std::int64_t kSaveIntervalNs = 1'000'000'000;

  /// Reads the file if there is one. A file that is damaged or of another journal is kept beside
  /// as `cursors.damaged`, and said so in the log. The names in `kept` have a place from now on,
  /// of which another cursor is dropped where there is none, the one that is furthest behind.
  /// Throws IoError.
  StreamCursors(FileSystem& file_system, Log& log, std::filesystem::path folder,
                std::uint64_t journal_id, const std::vector<std::string>& kept = {});

  /// Makes room for `name`; false when there are kMaxNames others. Of those the one that is
  /// furthest behind gives way when history has passed it, to `first_sequence`, so that its client
  /// gets a gap anyway; unless it is kept or `connected`. The log says so.
  bool reserve(const std::string& name, std::uint64_t first_sequence,
               FunctionRef<bool(const std::string&)> connected);
  /// Gives the room back, unless the name is kept or ever acknowledged something.
  void release(const std::string& name);

  StreamCursor find(const std::string& name) const;
  const StreamCursorMap& all() const noexcept { return cursors_; }
  /// Moves a reserved name's cursor forward; what is not later is ignored.
  void move(const std::string& name, StreamCursor to);

  /// Writes the file if something moved and the last time is a second ago. Costs an fsync then.
  void save_when_due(std::int64_t now_ns);
  /// When save_when_due() will do something, on the same clock; the largest value when never.
  std::int64_t due_ns() const noexcept;
  /// Writes the file if something moved. A failure is logged and tried again when due.
  void save() noexcept;

 private:
  void load();
  /// Drops the cursor that is furthest behind of those that are not kept and that `may` go.
  bool drop_one(FunctionRef<bool(const std::string&, const StreamCursor&)> may,
                const std::string& for_name);

  FileSystem& file_system_;
  Log& log_;
  std::filesystem::path folder_;
  std::uint64_t journal_id_;
  const std::set<std::string> kept_;
  StreamCursorMap cursors_;
  bool moved_ = false;
  bool failing_ = false;
  std::int64_t saved_ns_ = 0;
};

}  // namespace hookwire

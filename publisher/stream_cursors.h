#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

namespace hookwire {

/// What a named client acknowledged last. Later epochs are later; sequence 0: nothing yet.
struct StreamCursor {
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const StreamCursor&, const StreamCursor&) = default;
};

/// The named cursors of one journal, kept in the file `cursors` of its folder. Little endian:
///
///   "HWCURSOR" | version u32 | count u32 | journal id u64 |
///   count times: epoch u32 | name length u32 | sequence u64 | name |
///   crc32c u32 of everything before it
///
/// The file is replaced as a whole, so that a crash leaves the old one or the new one. A cursor
/// that is lost or older than it was makes a client see records again, never miss any.
/// Thread-compatible.
class StreamCursors {
 public:
  static constexpr std::size_t kMaxNames = 256;
  static constexpr std::int64_t kSaveIntervalNs = 1'000'000'000;

  /// Reads the file if there is one. A file that is damaged or of another journal is kept beside
  /// as `cursors.damaged`, and said so in the log. Throws IoError.
  StreamCursors(FileSystem& file_system, Log& log, std::filesystem::path folder,
                std::uint64_t journal_id);

  /// Makes room for `name`; false when there are kMaxNames others.
  bool reserve(const std::string& name);
  /// Gives the room back, unless the name ever acknowledged something.
  void release(const std::string& name);

  StreamCursor find(const std::string& name) const;
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
  bool decode(std::span<const std::byte> bytes);
  std::string encode() const;
  void write_file();

  FileSystem& file_system_;
  Log& log_;
  std::filesystem::path folder_;
  std::uint64_t journal_id_;
  std::map<std::string, StreamCursor> cursors_;
  bool moved_ = false;
  bool failing_ = false;
  std::int64_t saved_ns_ = 0;
};

}  // namespace hookwire

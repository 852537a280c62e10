#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/publisher/relay.h"

#include "stream_cursor_file.h"

namespace hookwire {

/// Warns of names in `retain_for` that never acknowledged anything while more history than
/// `journal_retain_size` is held: somebody may have written a name wrong, and the journal grows
/// to `journal_max_size` for nobody. Thread-compatible.
class AbsentReaders {
 public:
  static constexpr std::int64_t kLookNs = 60'000'000'000;  ///< How often it looks.
  static constexpr std::int64_t kRepeatNs = 60 * kLookNs;  ///< How often it says so.

  /// The references must outlive it.
  AbsentReaders(FileSystem& file_system, Log& log, std::filesystem::path folder,
                RetainedHistory retained);

  /// To be called each second or so; looks when it is due, at the names and sizes of the segments.
  void look_when_due(std::int64_t now_ns, const StreamCursorMap& cursors) noexcept;

 private:
  void look(std::int64_t now_ns, const StreamCursorMap& cursors);
  std::uint64_t held_bytes();

  FileSystem& file_system_;
  Log& log_;
  const std::filesystem::path folder_;
  const RetainedHistory retained_;
  std::int64_t looked_ns_ = std::numeric_limits<std::int64_t>::min() / 2;
  std::int64_t said_ns_ = std::numeric_limits<std::int64_t>::min() / 2;
};

}  // namespace hookwire

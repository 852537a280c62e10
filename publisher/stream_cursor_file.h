#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "hookwire/base/file_system.h"

namespace hookwire {

/// What a named client acknowledged last. Later epochs are later; sequence 0: nothing yet.
struct StreamCursor {
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const StreamCursor&, const StreamCursor&) = default;
};

/// By the client's name.
using StreamCursorMap = std::map<std::string, StreamCursor>;

// The file `cursors` in a journal's folder. Little endian:
//
//   "HWCURSOR" | version u32 | count u32 | journal id u64 |
//   count times: epoch u32 | name length u32 | sequence u64 | name |
//   crc32c u32 of everything before it
//
// It is replaced as a whole, so that a crash leaves the old one or the new one.

/// How many names it holds at most.
inline constexpr std::size_t kMaxStreamCursors = 256;

/// The bytes of the file. Names that acknowledged nothing are left out.
std::string encode_cursors(const StreamCursorMap& cursors, std::uint64_t journal_id);
/// Nothing when the bytes are damaged or of another journal.
std::optional<StreamCursorMap> decode_cursors(std::span<const std::byte> bytes,
                                              std::uint64_t journal_id);
/// Where the file is.
std::filesystem::path cursors_path(const std::filesystem::path& folder);
/// Reads the file; no cursors when there is none, nothing when it is damaged or of another journal.
/// Throws IoError.
std::optional<StreamCursorMap> read_cursors(FileSystem& file_system,
                                            const std::filesystem::path& folder,
                                            std::uint64_t journal_id);
/// Replaces the file; on stable storage when it returns. Throws IoError.
void write_cursors(FileSystem& file_system, const std::filesystem::path& folder,
                   const StreamCursorMap& cursors, std::uint64_t journal_id);

}  // namespace hookwire

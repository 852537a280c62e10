#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/function_ref.h"
#include "hookwire/record/record.h"

#pragma GCC visibility push(default)
namespace hookwire {

// A segment of the audit log: a header, then entries one behind the other, each a record of the
// layout in record.h. An entry of kind kAuditGapKind is no publisher's record: it stands where
// events are missing, its body a MessagePack map {epoch, first, last, reason}, its epoch and
// sequence those from which the log goes on.
//
//  0         8         12       16             24           32
//  +---------+---------+--------+--------------+------------+
//  |"HWAUDIT1"| version | crc32c | journal id   | ordinal    |   crc32c: of bytes 16 to 32
//  +---------+---------+--------+--------------+------------+

inline constexpr std::size_t kAuditHeaderBytes = 32;
inline constexpr std::uint32_t kAuditVersion = 1;
inline constexpr std::uint8_t kAuditGapKind = 255;

/// "00000000000000000001.hwa". Never throws.
std::string audit_segment_name(std::uint64_t ordinal);

/// The ordinals of the segments in one journal's folder, rising.
std::vector<std::uint64_t> audit_segments(FileSystem& file_system,
                                          const std::filesystem::path& folder);

/// Writes the header of a new segment.
void write_audit_header(File& file, std::uint64_t journal_id, std::uint64_t ordinal);

/// What reading a segment to its end found.
struct AuditSegmentScan {
  std::uint64_t end_offset = kAuditHeaderBytes;  ///< Behind the last good entry.
  std::uint64_t file_bytes = 0;
  RecordFault fault = RecordFault::none;  ///< What stands at end_offset when that is not the end.
  std::optional<RecordIdentity> last;     ///< Of the last good entry.
};

/// Reads every entry of the segment `path` and hands it to `see`. Stops at the first that is not
/// sound, not of `journal_id`, or a record behind a later one. Throws Error: damaged when the
/// header is not a segment's, incompatible for another version, IoError.
AuditSegmentScan read_audit_segment(FileSystem& file_system, const std::filesystem::path& path,
                                    std::uint64_t journal_id, std::uint64_t ordinal,
                                    FunctionRef<void(const RecordView&)> see);

}  // namespace hookwire
#pragma GCC visibility pop

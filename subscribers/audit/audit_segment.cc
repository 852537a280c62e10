#include "hookwire/audit/audit_segment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "hookwire/base/crc32c.h"
#include "hookwire/base/error.h"

namespace hookwire {

namespace {

constexpr char kMagic[] = "HWAUDIT1";
constexpr std::string_view kSuffix = ".hwa";
constexpr std::size_t kOrdinalDigits = 20;
constexpr std::size_t kReadBytes = 1024 * 1024;

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = 0;
  std::uint32_t checksum = 0;
  std::uint64_t journal_id = 0;
  std::uint64_t ordinal = 0;
};
static_assert(sizeof(Header) == kAuditHeaderBytes);

std::uint32_t checksum_of(const Header& header) {
  return crc32c(std::as_bytes(std::span(&header, 1)).subspan(16));
}

void check_header(const Header& header, const std::filesystem::path& path, std::uint64_t journal_id,
                  std::uint64_t ordinal) {
  const bool ours = std::memcmp(header.magic.data(), kMagic, header.magic.size()) == 0;
  if (ours && header.version != kAuditVersion) {
    throw Error(ErrorCode::incompatible,
                path.string() + " has format version " + std::to_string(header.version) +
                    ", this program knows " + std::to_string(kAuditVersion));
  }
  if (!ours || header.checksum != checksum_of(header) || header.journal_id != journal_id ||
      header.ordinal != ordinal) {
    throw Error(ErrorCode::damaged,
                path.string() +
                    ": its header is not that of this segment; keep the file and "
                    "restore it from a copy");
  }
}

// A header is on stable storage before anything follows it: one of zeros was never finished.
bool is_unfinished(const Header& header, std::size_t count, std::uint64_t file_bytes) {
  constexpr Header kBlank;
  return count < sizeof header ||
         (file_bytes == sizeof header && std::memcmp(&header, &kBlank, sizeof header) == 0);
}

// A record whose place was passed is a copy from elsewhere. Gaps tell what was rolled back and go
// on before it.
bool belongs_behind(const std::optional<RecordIdentity>& last, const RecordView& entry) {
  return !last || entry.kind == kAuditGapKind || entry.sequence > last->sequence ||
         entry.epoch > last->epoch;
}

}  // namespace

std::string audit_segment_name(std::uint64_t ordinal) {
  const std::string digits = std::to_string(ordinal);
  return std::string(kOrdinalDigits - digits.size(), '0') + digits + std::string(kSuffix);
}

std::vector<std::uint64_t> audit_segments(FileSystem& file_system,
                                          const std::filesystem::path& folder) {
  std::vector<std::uint64_t> ordinals;
  for (const std::string& name : file_system.list(folder)) {
    if (name.size() != kOrdinalDigits + kSuffix.size() || !name.ends_with(kSuffix)) continue;
    std::uint64_t ordinal = 0;
    const char* end = name.data() + kOrdinalDigits;
    const auto [stop, error] = std::from_chars(name.data(), end, ordinal);
    if (error == std::errc() && stop == end) ordinals.push_back(ordinal);
  }
  std::sort(ordinals.begin(), ordinals.end());
  return ordinals;
}

void write_audit_header(File& file, std::uint64_t journal_id, std::uint64_t ordinal) {
  Header header{.version = kAuditVersion, .journal_id = journal_id, .ordinal = ordinal};
  std::memcpy(header.magic.data(), kMagic, header.magic.size());
  header.checksum = checksum_of(header);
  file.write_at(0, std::as_bytes(std::span(&header, 1)));
}

AuditSegmentScan read_audit_segment(FileSystem& file_system, const std::filesystem::path& path,
                                    std::uint64_t journal_id, std::uint64_t ordinal,
                                    FunctionRef<void(const RecordView&)> see) {
  const std::unique_ptr<File> file = file_system.open(path, OpenMode::read);
  Header header;
  AuditSegmentScan scan;
  scan.file_bytes = file->size();
  const std::size_t header_bytes = file->read_at(0, std::as_writable_bytes(std::span(&header, 1)));
  if (is_unfinished(header, header_bytes, scan.file_bytes)) {
    scan.end_offset = 0;
    scan.fault = RecordFault::truncated;
    return scan;
  }
  check_header(header, path, journal_id, ordinal);
  std::vector<std::byte> buffer(kReadBytes);
  while (scan.end_offset < scan.file_bytes) {
    const std::size_t count = file->read_at(scan.end_offset, buffer);
    std::span<const std::byte> rest = std::span(buffer).first(count);
    const std::size_t before = rest.size();
    while (true) {
      const DecodedRecord decoded = decode_record(rest);
      scan.fault = decoded.fault;
      if (decoded.fault != RecordFault::none || decoded.record.journal_id != journal_id ||
          !belongs_behind(scan.last, decoded.record)) {
        break;
      }
      see(decoded.record);
      scan.last = decoded.record.identity();
      rest = rest.subspan(decoded.record.bytes.size());
      if (rest.empty()) break;
    }
    scan.end_offset += before - rest.size();
    if (rest.size() == before || count == 0) break;  // no progress: the entry here is not sound
  }
  if (scan.end_offset == scan.file_bytes) {
    scan.fault = RecordFault::none;
  } else if (scan.fault == RecordFault::none) {
    scan.fault = RecordFault::checksum;  // sound, but not of this place
  }
  return scan;
}

}  // namespace hookwire

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/record/record.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What next() found.
struct JournalChunk {
  enum class Kind {
    records,  ///< `records` holds whole records, in order, of sequences first..last.
    gap,      ///< Sequences first..last can not be read; `reason` says why. Reading goes on behind.
    end,      ///< Nothing more is committed now.
  };
  Kind kind = Kind::end;
  std::span<const std::byte> records;  ///< Valid until the reader is used again.
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string reason;
};

/// Follows a journal from a position onward, while it is written (by this process or another) or
/// after its writer died. Reads only; never waits. Every record handed out was checked: checksum,
/// journal id, epoch, expected sequence and place in its block. Thread-compatible: one reader a
/// thread.
class JournalReader {
 public:
  /// Throws Error: bad_input when `folder` holds no journal, incompatible for another format
  /// version, IoError. `file_system` must outlive the reader. Starts at the earliest record.
  JournalReader(FileSystem& file_system, const std::filesystem::path& folder);
  ~JournalReader();
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;

  std::uint64_t journal_id() const noexcept;
  /// The epoch that is being written, or was written last.
  std::uint32_t epoch();
  /// The last sequence that survived of `epoch` and those before it, also when it is not held any
  /// more. Nothing for the current epoch, for one before the last 1,024, and where the journal does
  /// not know: an older program wrote it. Reads a small file. Throws IoError.
  std::optional<std::uint64_t> epoch_end(std::uint32_t epoch);
  /// The oldest sequence still held; last_sequence() + 1 when there is none.
  std::uint64_t first_sequence();
  /// The newest committed sequence; 0 when there is none.
  std::uint64_t last_sequence();
  /// The last sequence that the writer told to be on stable storage; 0 when none.
  std::uint64_t durable_sequence();

  /// The next chunk begins at `sequence`, or at the first record held when that is later. At most
  /// last_sequence() + 1 is meant; more is cut to it. One block is scanned.
  void seek(std::uint64_t sequence);
  /// The next chunk begins at the first record whose time is not before `time_ns`.
  void seek_time(std::int64_t time_ns);
  /// The sequence at which the next chunk begins.
  std::uint64_t position() const noexcept;

  /// The next whole records, from one block, `max_bytes` at most but one record at least; or a gap;
  /// or the end. Throws IoError when a segment cannot be read.
  JournalChunk next(std::size_t max_bytes = kBlockBytes);

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

/// Calls `see` for each record of a chunk, in order.
template <class F>
void for_each_record(std::span<const std::byte> records, F&& see) {
  while (!records.empty()) {
    const DecodedRecord decoded = decode_record(records);
    if (decoded.fault != RecordFault::none) return;  // a checked chunk has none
    see(decoded.record);
    records = records.subspan(decoded.record.bytes.size());
  }
}

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "hookwire/journal/journal_reader.h"

#include "stream_buffer.h"

namespace hookwire {

/// Reads a journal in chunks and keeps the last one at hand, so that sessions that stand in the
/// same place share one read and one copy. Thread-compatible.
class StreamReader {
 public:
  StreamReader(FileSystem& file_system, const std::filesystem::path& folder,
               StreamBufferPool& buffers)
      : journal_(file_system, folder), buffers_(buffers) {}

  /// The chunk in which `position` lies; when that is not held any more, the first one behind it;
  /// or the end. Reads only when it is not the chunk at hand. Valid until the next call.
  const JournalChunk& read(std::uint64_t position);

  /// The records of the chunk at hand, copied into a buffer when first asked for.
  const StreamBufferRef& shared();

  /// The bytes of the chunk at hand, none for a gap or the end.
  std::span<const std::byte> records() const noexcept { return chunk_.records; }
  /// Where the chunk at hand begins.
  std::uint64_t first() const noexcept;
  /// Where the chunk behind it begins.
  std::uint64_t next() const noexcept { return journal_.position(); }

 private:
  JournalReader journal_;
  StreamBufferPool& buffers_;
  JournalChunk chunk_;
  StreamBufferRef copy_;
};

}  // namespace hookwire

#include "segment.h"

#include "hookwire/base/error.h"

#include "journal_folder.h"

namespace hookwire {

Segment::Segment(std::uint64_t ordinal, std::unique_ptr<File> file, std::uint64_t segment_bytes)
    : ordinal_(ordinal),
      file_(std::move(file)),
      mapping_(file_->map(static_cast<std::size_t>(segment_bytes), true)),
      bytes_(mapping_->bytes()) {}

std::unique_ptr<Segment> Segment::make(FileSystem& file_system, const std::filesystem::path& folder,
                                       std::uint64_t journal_id, std::uint64_t ordinal,
                                       std::uint64_t segment_bytes, std::int64_t made_ns) {
  const std::string name = segment_name(ordinal);
  const std::filesystem::path making = folder / (name + kMakingSuffix);
  if (file_system.exists(making)) file_system.remove(making);
  std::unique_ptr<File> file = file_system.open(making, OpenMode::create_new);
  try {
    file->allocate(segment_bytes);
  } catch (const IoError&) {
    // What was taken before there was no more: others may do with it.
    file->truncate(0);
    throw;
  }
  file->write_at(0, make_segment_header(journal_id, ordinal, segment_bytes, made_ns));
  std::unique_ptr<Segment> segment(new Segment(ordinal, std::move(file), segment_bytes));
  file_system.rename(making, folder / name);
  file_system.sync_directory(folder);
  return segment;
}

std::unique_ptr<Segment> Segment::reopen(FileSystem& file_system,
                                         const std::filesystem::path& folder, std::uint64_t ordinal,
                                         std::uint64_t segment_bytes, std::uint64_t offset,
                                         std::uint64_t last_sequence) {
  std::unique_ptr<Segment> segment(new Segment(
      ordinal, file_system.open(folder / segment_name(ordinal), OpenMode::write), segment_bytes));
  segment->live().end_offset.store(offset, std::memory_order_release);
  segment->live().last_sequence.store(last_sequence, std::memory_order_release);
  return segment;
}

}  // namespace hookwire

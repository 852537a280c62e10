#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "hookwire/base/file_system.h"

#include "segment_format.h"

namespace hookwire {

/// A segment that is mapped for writing. Appending is the writer's, under its mutex; populate() is
/// the maker's. The live line is shared with every reader.
class Segment {
 public:
  /// Makes the file under a temporary name, with all its space, and gives it its name once it is
  /// whole. Throws IoError.
  static std::unique_ptr<Segment> make(FileSystem& file_system, const std::filesystem::path& folder,
                                       std::uint64_t journal_id, std::uint64_t ordinal,
                                       std::uint64_t segment_bytes, std::int64_t made_ns);
  /// Opens a segment in which writing goes on at `offset`. Throws IoError.
  static std::unique_ptr<Segment> reopen(FileSystem& file_system,
                                         const std::filesystem::path& folder, std::uint64_t ordinal,
                                         std::uint64_t segment_bytes, std::uint64_t offset,
                                         std::uint64_t last_sequence);

  std::uint64_t ordinal() const noexcept { return ordinal_; }
  std::span<std::byte> bytes() noexcept { return bytes_; }
  SegmentLive& live() noexcept { return live_of(bytes_); }

  /// Makes the pages of [from, to) present. Best effort.
  void populate(std::uint64_t from, std::uint64_t to) noexcept {
    mapping_->populate(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  }
  /// Throws IoError.
  void sync() { file_->sync(); }

  Segment* next_retired = nullptr;  // in the maker's list of those that are done with
  bool given_up = false;            // a sync failed: it is not tried again

 private:
  Segment(std::uint64_t ordinal, std::unique_ptr<File> file, std::uint64_t segment_bytes);

  std::uint64_t ordinal_;
  std::unique_ptr<File> file_;
  std::unique_ptr<Mapping> mapping_;
  std::span<std::byte> bytes_;
};

}  // namespace hookwire

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "hookwire/base/file_system.h"

namespace hookwire {

/// What identifies this boot of the machine: the kernel's random boot id, as text.
using BootId = std::array<char, 36>;

/// Throws IoError where the kernel does not tell.
BootId read_boot_id(FileSystem& file_system);

/// The file `journal.state`: what a journal is, and how its writer left it.
struct JournalState {
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  bool closed_cleanly = false;
  bool disk = false;                ///< Nothing was shown to readers before it was synced.
  std::uint64_t last_sequence = 0;  ///< When it was closed cleanly.
  BootId boot_id{};

  /// Nothing when `folder` has no state file, or one whose checksum does not hold. Throws Error
  /// incompatible for another format version.
  static std::optional<JournalState> load(FileSystem& file_system,
                                          const std::filesystem::path& folder);
  /// Replaces the file; on stable storage when it returns.
  void save(FileSystem& file_system, const std::filesystem::path& folder) const;
};

}  // namespace hookwire

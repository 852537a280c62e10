#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "hookwire/base/file_system.h"

namespace hookwire {

/// Where an epoch began: the sequence that its first record has, or will have.
struct EpochBeginning {
  std::uint32_t epoch = 0;
  std::uint64_t first_sequence = 0;
  friend bool operator==(const EpochBeginning&, const EpochBeginning&) = default;
};

/// The file `epochs` of a journal (docs/journal.md): where its epochs began, also when retention
/// has removed their records. Immutable but for note().
class EpochTable {
 public:
  static constexpr std::size_t kMaxEpochs = 1024;

  /// Empty when `folder` has no such file, or one that is damaged or of another journal. Throws
  /// IoError.
  static EpochTable load(FileSystem& file_system, const std::filesystem::path& folder,
                         std::uint64_t journal_id);
  /// Replaces the file; on stable storage when it returns. Throws IoError.
  void save(FileSystem& file_system, const std::filesystem::path& folder,
            std::uint64_t journal_id) const;

  /// Takes in an epoch that is not in use yet, in place of what was noted of it or of later ones.
  /// The oldest of more than kMaxEpochs goes. False when this was known.
  bool note(EpochBeginning beginning);

  /// The last sequence that the epochs up to `epoch` keep, given that the journal is in epoch
  /// `current` now; nothing unless the beginning of every epoch between them is known.
  std::optional<std::uint64_t> end_of(std::uint32_t epoch, std::uint32_t current) const;

 private:
  std::vector<EpochBeginning> epochs_;  // rising
};

}  // namespace hookwire

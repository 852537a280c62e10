#include "epoch_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <span>

#include "hookwire/base/crc32c.h"
#include "hookwire/base/replace_file.h"

#include "segment_format.h"

namespace hookwire {

namespace {

constexpr char kEpochsMagic[] = "HWEPOCHS";
constexpr char kEpochsName[] = "epochs";

struct TableHead {
  std::array<char, 8> magic{};
  std::uint32_t version = kJournalVersion;
  std::uint32_t checksum = 0;  // of what follows
  std::uint64_t journal_id = 0;
  std::uint32_t count = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(TableHead) == 32);

struct TableEntry {
  std::uint64_t first_sequence = 0;
  std::uint32_t epoch = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(TableEntry) == 16);

std::uint32_t checksum_of(std::span<const std::byte> file) {
  return crc32c(file.subspan(16));
}

}  // namespace

EpochTable EpochTable::load(FileSystem& file_system, const std::filesystem::path& folder,
                            std::uint64_t journal_id) {
  EpochTable table;
  const std::filesystem::path path = folder / kEpochsName;
  if (!file_system.exists(path)) return table;
  std::vector<std::byte> bytes(sizeof(TableHead) + kMaxEpochs * sizeof(TableEntry));
  bytes.resize(file_system.open(path, OpenMode::read)->read_at(0, bytes));
  TableHead head;
  if (bytes.size() < sizeof head) return table;
  std::memcpy(&head, bytes.data(), sizeof head);
  const bool sound = std::memcmp(head.magic.data(), kEpochsMagic, head.magic.size()) == 0 &&
                     head.version == kJournalVersion && head.checksum == checksum_of(bytes) &&
                     head.journal_id == journal_id &&
                     bytes.size() == sizeof head + head.count * sizeof(TableEntry);
  if (!sound) return table;
  for (std::size_t n = 0; n < head.count; ++n) {
    TableEntry entry;
    std::memcpy(&entry, bytes.data() + sizeof head + n * sizeof entry, sizeof entry);
    table.epochs_.push_back({.epoch = entry.epoch, .first_sequence = entry.first_sequence});
  }
  return table;
}

void EpochTable::save(FileSystem& file_system, const std::filesystem::path& folder,
                      std::uint64_t journal_id) const {
  TableHead head{.journal_id = journal_id, .count = static_cast<std::uint32_t>(epochs_.size())};
  std::memcpy(head.magic.data(), kEpochsMagic, head.magic.size());
  std::vector<std::byte> bytes(sizeof head + epochs_.size() * sizeof(TableEntry));
  std::memcpy(bytes.data(), &head, sizeof head);
  for (std::size_t n = 0; n < epochs_.size(); ++n) {
    const TableEntry entry{.first_sequence = epochs_[n].first_sequence, .epoch = epochs_[n].epoch};
    std::memcpy(bytes.data() + sizeof head + n * sizeof entry, &entry, sizeof entry);
  }
  head.checksum = checksum_of(bytes);
  std::memcpy(bytes.data(), &head, sizeof head);
  replace_file(file_system, folder / kEpochsName, bytes);
}

bool EpochTable::note(EpochBeginning beginning) {
  if (!epochs_.empty() && epochs_.back() == beginning) return false;
  std::erase_if(epochs_,
                [&](const EpochBeginning& other) { return other.epoch >= beginning.epoch; });
  if (epochs_.size() == kMaxEpochs) epochs_.erase(epochs_.begin());
  epochs_.push_back(beginning);
  return true;
}

// A later epoch may begin lower than the one before it did: what that one had was lost again.
std::optional<std::uint64_t> EpochTable::end_of(std::uint32_t epoch, std::uint32_t current) const {
  std::uint64_t lowest = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t known = 0;
  for (const EpochBeginning& other : epochs_) {
    if (other.epoch <= epoch || other.epoch > current) continue;
    lowest = std::min(lowest, other.first_sequence);
    ++known;
  }
  if (epoch >= current || known != current - epoch || lowest == 0) return std::nullopt;
  return lowest - 1;
}

}  // namespace hookwire

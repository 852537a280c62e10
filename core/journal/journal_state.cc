#include "journal_state.h"

#include <cstring>
#include <span>
#include <string>

#include "hookwire/base/crc32c.h"
#include "hookwire/base/error.h"
#include "hookwire/base/replace_file.h"

#include "segment_format.h"

namespace hookwire {

namespace {

constexpr char kStateMagic[] = "HWJSTATE";
constexpr char kStateName[] = "journal.state";

struct StateBytes {
  std::array<char, 8> magic{};
  std::uint32_t version = kJournalVersion;
  std::uint32_t checksum = 0;  // of what follows
  std::uint64_t journal_id = 0;
  std::uint64_t last_sequence = 0;
  std::uint32_t epoch = 0;
  std::uint32_t closed_cleanly = 0;
  BootId boot_id{};
  std::uint32_t disk = 0;
};
static_assert(sizeof(StateBytes) == 80);

std::uint32_t checksum_of(const StateBytes& bytes) {
  return crc32c(std::as_bytes(std::span(&bytes, 1)).subspan(16));
}

}  // namespace

BootId read_boot_id(FileSystem& file_system) {
  BootId id{};
  file_system.open("/proc/sys/kernel/random/boot_id", OpenMode::read)
      ->read_at(0, std::as_writable_bytes(std::span(id)));
  return id;
}

std::optional<JournalState> JournalState::load(FileSystem& file_system,
                                               const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kStateName;
  if (!file_system.exists(path)) return std::nullopt;
  StateBytes bytes;
  const std::size_t count = file_system.open(path, OpenMode::read)
                                ->read_at(0, std::as_writable_bytes(std::span(&bytes, 1)));
  if (count < 16 || std::memcmp(bytes.magic.data(), kStateMagic, bytes.magic.size()) != 0) {
    return std::nullopt;
  }
  if (bytes.version != kJournalVersion) {
    throw Error(ErrorCode::incompatible,
                path.string() + " has journal format version " + std::to_string(bytes.version) +
                    ", this program knows version " + std::to_string(kJournalVersion) +
                    ": use the program that wrote it, or another folder");
  }
  if (count < sizeof bytes || bytes.checksum != checksum_of(bytes)) return std::nullopt;
  return JournalState{.journal_id = bytes.journal_id,
                      .epoch = bytes.epoch,
                      .closed_cleanly = bytes.closed_cleanly != 0,
                      .disk = bytes.disk != 0,
                      .last_sequence = bytes.last_sequence,
                      .boot_id = bytes.boot_id};
}

void JournalState::save(FileSystem& file_system, const std::filesystem::path& folder) const {
  StateBytes bytes{.journal_id = journal_id,
                   .last_sequence = last_sequence,
                   .epoch = epoch,
                   .closed_cleanly = closed_cleanly ? 1u : 0u,
                   .boot_id = boot_id,
                   .disk = disk ? 1u : 0u};
  std::memcpy(bytes.magic.data(), kStateMagic, bytes.magic.size());
  bytes.checksum = checksum_of(bytes);
  replace_file(file_system, folder / kStateName, std::as_bytes(std::span(&bytes, 1)));
}

}  // namespace hookwire

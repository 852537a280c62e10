#include "recovery.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "epoch_table.h"
#include "journal_folder.h"

namespace hookwire {

namespace {

void zero(File& file, std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t kAtOnce = 1 << 20;
  const std::vector<std::byte> zeros(static_cast<std::size_t>(std::min(kAtOnce, to - from)));
  for (std::uint64_t at = from; at < to; at += kAtOnce) {
    const std::uint64_t count = std::min(kAtOnce, to - at);
    file.write_at(at, std::span(zeros).first(static_cast<std::size_t>(count)));
  }
}

// The copy is on stable storage before anything is zeroed.
void cut(const RecoveryStep& step, FileSystem& file_system, const std::filesystem::path& folder) {
  constexpr std::uint64_t kAtOnce = 1 << 20;
  const std::unique_ptr<File> file = file_system.open(folder / step.file, OpenMode::write);
  const std::unique_ptr<File> aside = file_system.open(folder / step.aside, OpenMode::create_new);
  std::vector<std::byte> bytes;
  for (std::uint64_t at = step.offset; at < step.end; at += bytes.size()) {
    bytes.resize(static_cast<std::size_t>(std::min(kAtOnce, step.end - at)));
    file->read_at(at, bytes);
    aside->write_at(at - step.offset, bytes);
  }
  aside->sync();
  file_system.sync_directory(folder);
  zero(*file, step.offset, std::clamp(step.keep_from, step.offset, step.end));
  zero(*file, std::clamp(step.keep_to, step.offset, step.end), step.end);
  file->sync();
}

void carry_out(const RecoveryStep& step, FileSystem& file_system,
               const std::filesystem::path& folder) {
  switch (step.kind) {
    case RecoveryStep::Kind::remove:
      file_system.remove(folder / step.file);
      break;
    case RecoveryStep::Kind::set_aside:
      file_system.rename(folder / step.file, folder / step.aside);
      file_system.sync_directory(folder);
      break;
    case RecoveryStep::Kind::cut:
      cut(step, file_system, folder);
      break;
  }
}

// Where an epoch begins is known for good before anything counts it or shows a record of it, so
// that a client can be told what it lost also when retention has removed that place.
void note_epoch(const RecoveredJournal& to, FileSystem& file_system,
                const std::filesystem::path& folder) {
  if (!to.report.previous_epoch) return;
  EpochTable table = EpochTable::load(file_system, folder, to.state.journal_id);
  if (!table.note({.epoch = to.state.epoch, .first_sequence = to.next_sequence})) return;
  table.save(file_system, folder, to.state.journal_id);
}

}  // namespace

void carry_out(const RecoveryPlan& plan, FileSystem& file_system,
               const std::filesystem::path& folder) {
  note_epoch(plan.outcome, file_system, folder);
  bool hides_epoch = false;
  for (const RecoveryStep& step : plan.steps) {
    hides_epoch |= step.hides_epoch;
    if (!step.hides_epoch) carry_out(step, file_system, folder);
  }
  if (!hides_epoch) return;
  plan.outcome.state.save(file_system, folder);
  for (const RecoveryStep& step : plan.steps) {
    if (step.hides_epoch) carry_out(step, file_system, folder);
  }
}

RecoveredJournal recover_journal(FileSystem& file_system, const std::filesystem::path& folder) {
  RecoveryPlan plan = plan_recovery(file_system, folder);
  carry_out(plan, file_system, folder);
  return std::move(plan.outcome);
}

}  // namespace hookwire

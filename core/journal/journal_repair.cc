#include "hookwire/journal/journal_repair.h"

#include <algorithm>

#include "hookwire/base/error.h"
#include "hookwire/journal/journal_inspection.h"

#include "journal_folder.h"
#include "recovery.h"

namespace hookwire {

namespace {

std::string name_of(RecoveryRow row) {
  switch (row) {
    case RecoveryRow::torn_tail:
      return "unfinished record";
    case RecoveryRow::lost_tail:
      return "lost with the power";
    case RecoveryRow::damage:
      return "damaged";
    case RecoveryRow::missing_segment:
      return "missing segment";
    case RecoveryRow::bad_header:
      return "damaged header";
    case RecoveryRow::foreign:
      return "foreign bytes";
    case RecoveryRow::two_claims:
      return "two segments claim one place";
  }
  return "unknown";
}

std::string sentence(const std::string& row, const std::string& file, std::uint64_t offset,
                     std::uint64_t first, std::uint64_t last, const std::string& what) {
  std::string text = row + ": " + file + " at offset " + std::to_string(offset) + ": " + what;
  if (first != 0) {
    text += "; sequences " + std::to_string(first) + " to " + std::to_string(last) +
            " cannot be read and become a gap";
  }
  return text;
}

std::string sentence(const RecoveryStep& step) {
  switch (step.kind) {
    case RecoveryStep::Kind::remove:
      return "remove " + step.file + ", in which nothing was ever written";
    case RecoveryStep::Kind::set_aside:
      return "set " + step.file + " aside, whole, as " + step.aside;
    case RecoveryStep::Kind::cut:
      return "cut " + std::to_string(step.end - step.offset) + " bytes at offset " +
             std::to_string(step.offset) + " of " + step.file + "; they are kept in " + step.aside;
  }
  return "";
}

std::string next_of(const RecoveredJournal& outcome) {
  std::string text = "the next writer begins with sequence " +
                     std::to_string(outcome.next_sequence) + " of epoch " +
                     std::to_string(outcome.state.epoch);
  text += outcome.tail ? ", in " + segment_name(outcome.tail->ordinal) : ", in a new segment";
  if (outcome.report.previous_epoch) {
    text += "; the epoch counts up, because records that were sent may be lost";
  }
  return text;
}

bool is_damage(RecoveryRow row) {
  return row != RecoveryRow::torn_tail && row != RecoveryRow::lost_tail;
}

}  // namespace

JournalRepair repair_journal(FileSystem& file_system, const std::filesystem::path& folder,
                             bool dry_run) {
  if (const std::optional<pid_t> holder = file_system.lock_holder(folder / kLockName)) {
    throw Error(ErrorCode::busy, folder.string() + " is being written by process " +
                                     std::to_string(*holder) + ": stop it first");
  }
  // Says so when there is no journal, before anything is made.
  const std::vector<JournalDamage> damages = inspect_journal(file_system, folder).damage;
  const std::unique_ptr<FileLock> lock = dry_run ? nullptr : file_system.lock(folder / kLockName);
  const RecoveryPlan plan = plan_recovery(file_system, folder);
  JournalRepair repair;
  for (const RecoveryFinding& finding : plan.findings) {
    repair.damaged |= is_damage(finding.row);
    repair.found.push_back(sentence(name_of(finding.row), finding.file, finding.offset,
                                    finding.first_sequence, finding.last_sequence, finding.what));
  }
  // Recovery looks at the end of the journal only; its readers find the rest, as gaps.
  for (const JournalDamage& damage : damages) {
    const bool known = std::any_of(
        plan.findings.begin(), plan.findings.end(), [&](const RecoveryFinding& finding) {
          return damage.first_sequence == 0 ? finding.file == damage.segment
                                            : finding.first_sequence <= damage.first_sequence &&
                                                  finding.last_sequence >= damage.last_sequence;
        });
    if (known) continue;
    repair.damaged = true;
    repair.found.push_back(sentence("damaged", damage.segment, damage.offset, damage.first_sequence,
                                    damage.last_sequence, damage.what));
  }
  for (const RecoveryStep& step : plan.steps) repair.steps.push_back(sentence(step));
  repair.next = next_of(plan.outcome);
  if (!dry_run) carry_out(plan, file_system, folder);
  return repair;
}

}  // namespace hookwire

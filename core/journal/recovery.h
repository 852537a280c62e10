#pragma once

#include <filesystem>

#include "hookwire/base/file_system.h"

#include "recovery_plan.h"

namespace hookwire {

/// Does what `plan` says, in an order in which a death at any point leaves a journal for which the
/// same is decided again. Throws IoError.
void carry_out(const RecoveryPlan& plan, FileSystem& file_system,
               const std::filesystem::path& folder);

/// Plans the recovery of the journal in `folder`, whose lock the caller holds, and carries it out.
/// Throws Error incompatible, IoError.
RecoveredJournal recover_journal(FileSystem& file_system, const std::filesystem::path& folder);

}  // namespace hookwire

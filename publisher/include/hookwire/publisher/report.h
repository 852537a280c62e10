#pragma once

#include <filesystem>

#include "hookwire/base/file_system.h"
#include "hookwire/hooks/hook_chain.h"
#include "hookwire/schemas/status.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Adds the hooks of `chain`, and what its calls came to.
void report_hooks(const HookChain& chain, StatusReport& report);

/// What a journal's folder says by itself, whether its publisher lives or not: reads every record
/// and the cursors, changes nothing. Space counts as low below four segments. Throws as
/// inspect_journal() does.
StatusReport report_journal(FileSystem& file_system, const std::filesystem::path& folder);

}  // namespace hookwire
#pragma GCC visibility pop

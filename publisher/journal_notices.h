#pragma once

#include "hookwire/base/log.h"
#include "hookwire/journal/journal_writer.h"

#include "event_journal.h"

namespace hookwire {

/// Tells of what the journal's retention did or saw, as events and in the log: `system/low_space`
/// and `system/enough_space` {free_bytes, limit_bytes}; `system/gap` {epoch, first, last,
/// subscriber, reason} for history that went before a named subscriber had it. Never throws.
void tell_journal_notices(JournalWriter& journal, std::uint64_t low_space_bytes,
                          EventJournal& events, Log& log) noexcept;

}  // namespace hookwire

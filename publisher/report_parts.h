#pragma once

#include <filesystem>

#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/live.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/schemas/status.h"

#include "event_journal.h"

namespace hookwire {

// What there is to tell of a publisher, part by part.

/// Adds where the journal is, and what opening it found.
void report_writer(const JournalWriter& journal, StatusReport& report);

/// Adds what was written and lost, and why.
void report_events(EventJournal& events, const JournalWriter& journal, StatusReport& report);

void report_live(const LiveStatus& status, StatusReport& report);

/// Adds the oldest event, clients, cursors, and what was refused.
void report_relay(const RelayStatus& status, StatusReport& report);

/// Adds how many segment files there are, their size, and the free space. A file that goes
/// meanwhile is left out. Throws IoError.
void report_files(FileSystem& file_system, const std::filesystem::path& folder,
                  StatusReport& report);

}  // namespace hookwire

#pragma once

#include <filesystem>
#include <span>
#include <string>

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

/// Adds what was written and lost, and why; `sync` is how the journal is.
void report_events(EventJournal& events, const JournalWriter& journal, JournalSync sync,
                   StatusReport& report);

void report_live(const LiveStatus& status, StatusReport& report);

/// Adds the oldest event, clients, cursors, and what was refused; `retained` is retain_for.
void report_relay(const RelayStatus& status, std::span<const std::string> retained,
                  StatusReport& report);

/// Adds how many segment files there are, their size, and the free space. A file that goes
/// meanwhile is left out. Throws IoError.
void report_files(FileSystem& file_system, const std::filesystem::path& folder,
                  StatusReport& report);

}  // namespace hookwire

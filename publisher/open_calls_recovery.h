#pragma once

#include <cstdint>
#include <filesystem>

#include "hookwire/base/file_system.h"

#include "event_journal.h"
#include "open_calls.h"

namespace hookwire {

struct FoundOpenCalls {
  OpenCalls open;
  std::uint64_t needed_from = 1;  ///< Behind the newest list: from here on the next open reads too.
};

/// Finds the calls that a journal leaves open at its end, from the newest `system/open_calls` event
/// on. Throws as JournalReader does.
FoundOpenCalls find_open_calls(FileSystem& file_system, const std::filesystem::path& folder);

/// Closes each of `open` with a `failure` event, outcome `aborted`, that repeats what its pre event
/// told. To die in between is harmless: the next open closes the rest. Returns how many were
/// closed.
std::uint64_t close_open_calls(FileSystem& file_system, const std::filesystem::path& folder,
                               const OpenCalls& open, const EventEncoder& encoder,
                               EventJournal& journal);

}  // namespace hookwire

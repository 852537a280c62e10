#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "hookwire/journal/journal_retention.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What an append has outlived when it returns.
enum class JournalSync {
  os,    ///< The death of the process.
  disk,  ///< The loss of power.
};

/// How a journal is written.
struct JournalOptions {
  /// The journal's folder. Made (mode 0700) when absent; its parent must exist.
  std::filesystem::path folder;

  /// Bytes of one segment file, a multiple of 64 KiB; 128 KiB to 4 GiB. A journal in being keeps
  /// the size of the segments it has and uses this for new ones.
  std::uint64_t segment_bytes = 64ull << 20;

  /// With `disk` an append returns, and readers see its record, once it is on stable storage; the
  /// first caller that waits syncs for all who wait.
  JournalSync sync = JournalSync::os;

  /// With `os`: how often the background thread syncs. Zero: never. No promise to anybody: the
  /// journal tells what is durable.
  std::chrono::nanoseconds sync_interval{0};

  /// The longest that an append waits for a segment that is still being made. Zero: not at all.
  std::chrono::nanoseconds append_wait = std::chrono::milliseconds(200);

  /// How far ahead of the tail pages are made present by the background thread. Zero: never.
  std::uint64_t prefault_bytes = 4ull << 20;

  /// What goes when; by default nothing does.
  JournalRetention retention{};
};

}  // namespace hookwire
#pragma GCC visibility pop

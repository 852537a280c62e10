#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <thread>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/journal/journal_reader.h"

#include "event_journal.h"
#include "open_calls.h"

namespace hookwire {

/// Follows the journal and writes a `system/open_calls` event for every half segment of records, so
/// that recovery reads a segment at most. Owns the thread "hw-open-calls".
class OpenCallsKeeper {
 public:
  /// Follows from `open`, what is open as of some record, on. The references must outlive the
  /// keeper.
  OpenCallsKeeper(FileSystem& file_system, const std::filesystem::path& folder,
                  std::uint64_t segment_bytes, OpenCalls open, EventJournal& journal, Log& log);
  /// Stops the thread.
  ~OpenCallsKeeper();

  void start();
  void stop();

  /// Reads at most `records` records on, and writes the list when it is due. False when there was
  /// nothing to read. Not while the thread runs.
  bool step(std::uint64_t records);
  /// Writes the list as of the record read last. Not while the thread runs.
  void write_list();

 private:
  void run(const std::stop_token& stop);

  JournalReader reader_;
  const std::uint64_t due_bytes_;
  OpenCalls open_;
  EventJournal& journal_;
  Log& log_;
  std::uint64_t bytes_ = 0;  // read since the last list
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace hookwire

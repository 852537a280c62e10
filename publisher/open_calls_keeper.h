#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
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
/// that recovery reads a segment at most. Works beside the relay, in its thread, or without a relay
/// in its own, "hw-open-calls". Thread-safe.
class OpenCallsKeeper {
 public:
  /// Follows from `open`, what is open as of some record, on. The references must outlive the
  /// keeper.
  /// After each list `needed_from` is the sequence from which the next open reads.
  OpenCallsKeeper(FileSystem& file_system, const std::filesystem::path& folder,
                  std::uint64_t segment_bytes, OpenCalls open, EventJournal& journal, Log& log,
                  std::atomic<std::uint64_t>& needed_from);
  /// Stops the thread.
  ~OpenCallsKeeper();

  /// Starts its own thread, for a publisher without a relay; it calls `beside` at each turn.
  void start(std::function<void()> beside);

  /// Reads some 2,000 records on, and writes the list when it is due. False when there was nothing
  /// to read. Never throws: what fails is logged, and the list is not written any more then; the
  /// next open reads from the last one.
  bool step() noexcept;
  /// Reads to the end and writes the list as of it. Throws as JournalReader does.
  void catch_up();
  /// Stops the thread, catches up once more, and does nothing from then on. Logs what fails.
  void finish() noexcept;

 private:
  void run(const std::stop_token& stop);
  void stop_thread();
  bool read(std::uint64_t records);
  void read_all();
  void write_list();
  void give_up(const char* why) noexcept;

  JournalReader reader_;
  const std::uint64_t due_bytes_;
  OpenCalls open_;
  EventJournal& journal_;
  Log& log_;
  std::atomic<std::uint64_t>& needed_from_;
  std::function<void()> beside_;  // the thread's
  std::mutex mutex_;              // of the reader, open_ and what follows, down to done_
  std::uint64_t bytes_ = 0;       // read since the last list
  std::uint64_t overlooked_ = 0;  // logged so far
  bool done_ = false;
  std::mutex wake_mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace hookwire

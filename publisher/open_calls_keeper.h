#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/journal/journal_reader.h"

#include "event_journal.h"
#include "open_calls.h"

namespace hookwire {

/// Ends a keeper's pause early: the journal has gone on, or wants history to go. Thread-safe.
class KeeperBell {
 public:
  void ring() noexcept;
  /// Until it rings or rang since the last wait, `pause` is over or `stop` is requested.
  void wait(const std::stop_token& stop, std::chrono::milliseconds pause);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool rung_ = false;
};

/// Follows the journal and writes a `system/open_calls` event for every half segment of records, so
/// that recovery reads a segment at most. Owns the thread "hw-events", which does other work of
/// that kind beside. Thread-safe.
class OpenCallsKeeper {
 public:
  /// Follows from `open`, what is open as of some record, on. The references must outlive the
  /// keeper. After each list `needed_from` is the sequence from which the next open reads.
  OpenCallsKeeper(FileSystem& file_system, const std::filesystem::path& folder,
                  std::uint64_t segment_bytes, OpenCalls open, EventJournal& journal, Log& log,
                  std::atomic<std::uint64_t>& needed_from, KeeperBell& bell);
  /// Stops the thread.
  ~OpenCallsKeeper();

  /// Starts the thread, which calls `beside` at each turn: five times a second, and when the bell
  /// rings.
  void start(std::function<void()> beside);

  /// Reads some 2,000 records on, and writes the list when it is due. False when there was nothing
  /// to read. A list that the journal does not take is offered again. Never throws: what fails is
  /// logged once, and tried again a second later.
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
  JournalReader& reader();
  void write_list(bool waits);
  void trouble(const char* why, const char* what_then) noexcept;

  FileSystem& file_system_;
  const std::filesystem::path folder_;
  const std::uint64_t due_bytes_;
  OpenCalls open_;
  EventJournal& journal_;
  Log& log_;
  std::atomic<std::uint64_t>& needed_from_;
  KeeperBell& bell_;
  std::function<void()> beside_;  // the thread's
  std::mutex mutex_;              // of open_ and what follows, down to done_
  std::optional<JournalReader> reader_;
  std::uint64_t bytes_ = 0;       // read since the last list
  std::uint64_t overlooked_ = 0;  // logged so far
  bool owed_ = false;             // a list that the journal did not take yet
  bool troubled_ = false;
  std::chrono::steady_clock::time_point retry_at_;  // without a reader
  bool done_ = false;
  std::jthread thread_;
};

}  // namespace hookwire

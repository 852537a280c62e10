#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_options.h"

#include "segment.h"

namespace hookwire {

/// Keeps one segment ready before it is needed, the pages ahead of the tail present, and unmaps
/// segments that are done with. Owns the thread "hw-journal"; the other functions are the writer's,
/// from any thread unless they say otherwise.
class SegmentMaker {
 public:
  /// Segments are made from `first_ordinal` on. The references must outlive the maker.
  SegmentMaker(FileSystem& file_system, const Clock& clock, const JournalOptions& options,
               std::uint64_t journal_id, std::uint64_t first_ordinal);
  /// Begins the thread, which calls `beside` at each turn, at least every 50 ms. True from it keeps
  /// what was retired until sync_retired(). Throws IoError.
  void start(std::function<bool()> beside);
  /// Ends the thread. Removes the segment that was made and not taken.
  ~SegmentMaker();
  SegmentMaker(const SegmentMaker&) = delete;
  SegmentMaker& operator=(const SegmentMaker&) = delete;

  /// Ends the thread; a second time does nothing.
  void stop() noexcept;

  /// The segment that is ready, or nullptr. No wait, no system call unless the thread sleeps.
  std::unique_ptr<Segment> take() noexcept;
  /// True when take() would give one, unless another takes it first.
  bool ready() const noexcept { return spare_.load(std::memory_order_acquire) != nullptr; }
  /// Waits for one to be ready, until `deadline` at most; false when none is.
  bool wait(std::chrono::steady_clock::time_point deadline);
  /// Why the last attempt to make a segment failed; empty when it did not.
  std::string last_error();

  /// Pages ahead of this segment's tail are kept present from now on.
  void follow(Segment* active) noexcept { active_.store(active, std::memory_order_release); }
  /// Takes over a segment that nothing is written to any more. Never blocks.
  void retire(std::unique_ptr<Segment> segment) noexcept;
  /// Syncs what was retired and lets go of it. From the thread alone. Throws IoError.
  void sync_retired();

 private:
  void run(const std::stop_token& stop);
  void make_spare();
  void take_retired();
  void free_retired(bool keep) noexcept;
  bool populate_ahead() noexcept;

  FileSystem& file_system_;
  const Clock& clock_;
  const JournalOptions& options_;
  std::uint64_t journal_id_;
  std::uint64_t next_ordinal_;  // the thread's

  std::atomic<Segment*> spare_{nullptr};
  std::atomic<Segment*> active_{nullptr};
  std::atomic<Segment*> retired_{nullptr};
  Segment* populated_segment_ = nullptr;  // the thread's, like the offset
  std::uint64_t populated_to_ = 0;
  std::vector<std::unique_ptr<Segment>> done_;    // the thread's: what was retired, oldest first
  std::vector<std::unique_ptr<Segment>> synced_;  // the thread's: freed at its turn's end
  std::function<bool()> beside_;

  std::mutex mutex_;
  std::condition_variable_any changed_;  // a spare is ready, was taken, or could not be made
  std::string error_;                    // under mutex_
  std::jthread thread_;
};

}  // namespace hookwire

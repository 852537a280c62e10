#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "hookwire/base/function_ref.h"

#include "append_point.h"

namespace hookwire {

/// Makes records durable. The first caller that waits syncs for all who have appended by then; who
/// comes meanwhile waits for the next sync. When several did last time, the one who syncs lets them
/// come first, for half a sync's time at most. Thread-safe.
class GroupSync {
 public:
  /// Records through `durable` are on stable storage. `point` must outlive the object.
  GroupSync(AppendPoint& point, std::uint64_t durable) : point_(point), durable_(durable) {}

  /// Returns once the record is durable; false when its segment could not be synced: then it is
  /// gone, and error() says why.
  bool wait(const AppendPoint::Result& record);

  /// For JournalSync::os: syncs what is appended by now; `sync_older` syncs the segments before the
  /// active one. After a failure nothing is synced any more: a second sync of a file may succeed
  /// without the data being there. One thread at a time.
  void sync_now(FunctionRef<void()> sync_older);

  std::uint64_t durable() const noexcept { return durable_.load(std::memory_order_acquire); }
  std::string error() const;

 private:
  void lead(std::unique_lock<std::mutex>& lock);
  void gather(std::unique_lock<std::mutex>& lock);
  bool is_gone(const AppendPoint::Result& record) const noexcept;

  // So many segments can fail while one thread that waits gets no turn.
  static constexpr std::size_t kLines = 256;

  AppendPoint& point_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // a sync ended
  std::condition_variable came_;     // somebody waits
  bool syncing_ = false;
  int waiting_ = 0;
  int before_ = 0;  // who waited for the sync before
  std::chrono::nanoseconds took_{0};
  std::string error_;
  std::uint64_t line_ = 0;                          // every line before it was given up,
  std::array<std::uint64_t, kLines> durable_of_{};  // at this sequence
  std::atomic<std::uint64_t> durable_;
};

}  // namespace hookwire

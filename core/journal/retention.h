#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/function_ref.h"
#include "hookwire/journal/journal_retention.h"

namespace hookwire {

/// Removes the oldest segments of a journal when they are beyond what it keeps. Confined to one
/// thread, but for the notices.
class Retention {
 public:
  /// So many notices wait to be taken; of more some are forgotten, as keep_notice() says.
  static constexpr std::size_t kMaxNotices = 64;

  /// The references must outlive the object.
  Retention(FileSystem& file_system, const Clock& clock, const std::filesystem::path& folder,
            std::uint64_t journal_id, const JournalRetention& keep)
      : file_system_(file_system),
        clock_(clock),
        folder_(folder),
        journal_id_(journal_id),
        keep_(keep),
        began_unix_ns_(clock.unix_ns()),
        began_steady_ns_(clock.steady_ns()) {}

  /// Does what is due: when a second has passed since the last time (with low space
  /// kHeldNs while the owner holds history back), when another segment than
  /// `active` was in use then, or when not all was done. Removes one segment, and more for kMostNs
  /// at most and while `may_go_on`, so that what the thread does beside is not late. `keep_from` is
  /// told the sequence that is the oldest from now on, before a file goes. Never throws: what fails
  /// becomes a notice and is tried again.
  void step(std::uint64_t active, FunctionRef<bool()> may_go_on,
            FunctionRef<void(std::uint64_t)> keep_from) noexcept;
  static constexpr std::int64_t kMostNs = 5'000'000;
  /// With low space, what only the owner holds back is looked at again so soon, or when the thread
  /// comes by next.
  static constexpr std::int64_t kHeldNs = 10'000'000;

  bool has_notices() const noexcept { return noticed_.load(std::memory_order_acquire); }
  /// From any thread.
  std::vector<JournalNotice> take_notices();

 private:
  struct Kept {
    std::uint64_t ordinal = 0;
    std::uint64_t bytes = 0;
    std::uint32_t epoch = 0;
    std::uint64_t first_sequence = 0;
    std::int64_t first_time_ns = 0;
  };

  void look();
  void add(std::uint64_t ordinal);
  void watch_space();
  bool trim(FunctionRef<bool()> may_go_on, FunctionRef<void(std::uint64_t)> keep_from);
  std::int64_t now_ns() const noexcept;
  bool is_spare(const Kept& oldest, const Kept& next) const;
  std::uint64_t needed_from(const JournalReaderPlace& reader) const;
  void remove(const Kept& segment);
  void tell_passed(const Kept& oldest, std::uint64_t last);
  void notice(JournalNotice notice);

  FileSystem& file_system_;
  const Clock& clock_;
  const std::filesystem::path& folder_;
  const std::uint64_t journal_id_;
  const JournalRetention& keep_;
  const std::int64_t began_unix_ns_;
  const std::int64_t began_steady_ns_;
  JournalNeeds needs_;
  std::deque<Kept> segments_;      // in use, oldest first
  std::vector<std::string> torn_;  // what recovery cut from a tail
  std::uint64_t bytes_ = 0;        // of all, also of those that are not in use yet
  std::uint64_t active_ = 0;
  std::int64_t due_ns_ = 0;
  bool low_ = false;
  bool held_ = false;  // the oldest would go, but for the owner
  bool more_ = false;  // is due, and was not done
  bool troubled_ = false;
  std::atomic<bool> noticed_{false};
  std::mutex mutex_;
  std::vector<JournalNotice> notices_;  // under mutex_
};

}  // namespace hookwire

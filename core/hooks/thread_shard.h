#pragma once

#include <cstddef>

namespace hookwire {

/// A small number for the calling thread, by which threads keep to cache lines of their own. The
/// first kOwn are each one thread's at a time, until it ends, so that what only it writes needs no
/// atomic step. Threads beyond them, and all where there is no process_barrier(), share the rest.
class ThreadShard {
 public:
  static constexpr std::size_t kOwn = 112;
  static constexpr std::size_t kShared = 16;
  static constexpr std::size_t kCount = kOwn + kShared;

  /// The first call of a thread takes a lock for a moment. Thread-safe.
  static std::size_t current() noexcept {
    const std::size_t shard = mine_;
    return shard != kNone ? shard : assign();
  }
  /// No other thread has it.
  static constexpr bool is_own(std::size_t shard) noexcept { return shard < kOwn; }

 private:
  class Hold;
  static constexpr std::size_t kNone = ~std::size_t{0};
  static inline constinit thread_local std::size_t mine_ = kNone;

  static std::size_t assign() noexcept;
};

}  // namespace hookwire

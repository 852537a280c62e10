#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace hookwire {

/// A small number for the calling thread, by which threads keep to cache lines of their own. The
/// first kOwn are each one thread's at a time, until it ends, so that what only it writes needs no
/// atomic step. Threads beyond them, and all where there is no process_barrier(), share the rest.
/// (A thread that calls for the first time while its pthread keys are destroyed keeps its own.)
///
/// Each copy of this code in a process, one in a hook library say, gives numbers of its own where
/// the linker keeps it apart: owners() tells them from those of another copy.
class ThreadShard {
 public:
  static constexpr std::size_t kOwn = 112;
  static constexpr std::size_t kShared = 16;
  static constexpr std::size_t kCount = kOwn + kShared;

  /// Takes no lock. Thread-safe.
  static std::size_t current() noexcept {
    const std::size_t shard = mine_;
    return shard != kNone ? shard : assign();
  }
  /// No other thread has it.
  static constexpr bool is_own(std::size_t shard) noexcept { return shard < kOwn; }
  /// One of those that threads share.
  static constexpr std::size_t shared(std::size_t shard) noexcept { return kOwn + shard % kShared; }

  /// The same for all who get their numbers from the same place.
  static const void* owners() noexcept { return &taken_; }

 private:
  class Hold;
  static constexpr std::size_t kNone = ~std::size_t{0};
  static inline constinit thread_local std::size_t mine_ = kNone;
  // Here, so that the linker treats it as it treats mine_.
  static inline constinit std::array<std::atomic<bool>, kOwn> taken_{};
  static inline constinit std::atomic<std::size_t> sharers_{0};

  static std::size_t assign() noexcept;
  static std::size_t take() noexcept;
};

}  // namespace hookwire

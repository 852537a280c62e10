#pragma once

#include <atomic>
#include <cstdint>

#pragma GCC visibility push(default)
namespace hookwire {

/// A mutex for sections of some hundred nanoseconds: spins briefly, then parks on a futex. Four
/// bytes; no system call when uncontended. Not fair, not recursive. Works with std::lock_guard.
/// Thread-safe. Source: Drepper, "Futexes are tricky", the third mutex.
class Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() noexcept {
    std::uint32_t expected = kFree;
    if (!state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire)) lock_slow();
  }
  bool try_lock() noexcept {
    std::uint32_t expected = kFree;
    return state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire);
  }
  void unlock() noexcept {
    if (state_.exchange(kFree, std::memory_order_release) == kAwaited) wake_one();
  }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kHeld = 1;
  static constexpr std::uint32_t kAwaited = 2;  // held, and somebody may be parked

  void lock_slow() noexcept;
  void wake_one() noexcept;

  std::atomic<std::uint32_t> state_{kFree};
};

}  // namespace hookwire
#pragma GCC visibility pop

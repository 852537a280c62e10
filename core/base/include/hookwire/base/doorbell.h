#pragma once

#include <atomic>

#pragma GCC visibility push(default)
namespace hookwire {

/// Wakes one sleeping thread through an eventfd, and costs the ringer nothing while that thread is
/// awake. The listener, before it sleeps: prepare(), look once more for work, wait on fd() (or
/// cancel()), then awake(). A ringer publishes its work first, then calls ring(). Any thread may
/// ring; one thread listens.
class Doorbell {
 public:
  /// Throws IoError when no descriptor can be had.
  Doorbell();
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  /// Wakes the listener if it sleeps or is about to: one system call then, none otherwise. The
  /// fence orders it after the caller's published work.
  void ring() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (sleeping_.load(std::memory_order_relaxed)) wake();
  }

  /// The listener is about to sleep: from now on ring() writes to fd().
  void prepare() noexcept {
    sleeping_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }

  /// The listener is awake again: ring() is free, and fd() is drained.
  void awake() noexcept;

  /// Readable when rung. Poll it for input; do not read it, awake() does.
  int fd() const noexcept { return fd_; }

 private:
  void wake() noexcept;

  int fd_;
  std::atomic<bool> sleeping_{false};
};

}  // namespace hookwire
#pragma GCC visibility pop

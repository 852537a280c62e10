#include "hookwire/base/mutex.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <linux/futex.h>

namespace hookwire {

namespace {

// About a microsecond: longer than a critical section that is making progress.
constexpr int kSpins = 100;

void pause_briefly() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) noexcept {
  return ::syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

}  // namespace

void Mutex::lock_slow() noexcept {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (state_.load(std::memory_order_relaxed) == kFree && try_lock()) return;
    pause_briefly();
  }
  while (state_.exchange(kAwaited, std::memory_order_acquire) != kFree) {
    futex(state_, FUTEX_WAIT, kAwaited);
  }
}

void Mutex::wake_one() noexcept {
  futex(state_, FUTEX_WAKE, 1);
}

}  // namespace hookwire

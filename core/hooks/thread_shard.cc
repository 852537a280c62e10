#include "thread_shard.h"

#include "process_barrier.h"

namespace hookwire {

// A thread's hold on a shard. What else the thread destroys behind it may still call: it shares
// then.
class ThreadShard::Hold {
 public:
  Hold() noexcept : shard_(take()) {}
  ~Hold() {
    if (!is_own(shard_)) return;
    mine_ = shared(shard_);
    taken_[shard_].store(false, std::memory_order_release);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  std::size_t shard() const noexcept { return shard_; }

 private:
  const std::size_t shard_;
};

std::size_t ThreadShard::take() noexcept {
  if (has_process_barrier()) {
    for (std::size_t shard = 0; shard < kOwn; ++shard) {
      if (!taken_[shard].exchange(true, std::memory_order_acquire)) return shard;
    }
  }
  return shared(sharers_.fetch_add(1, std::memory_order_relaxed));
}

std::size_t ThreadShard::assign() noexcept {
  static thread_local const Hold hold;
  mine_ = hold.shard();
  return mine_;
}

}  // namespace hookwire

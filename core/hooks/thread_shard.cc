#include "thread_shard.h"

#include <array>
#include <atomic>
#include <mutex>

#include "process_barrier.h"

namespace hookwire {

namespace {

constinit std::mutex own_mutex;
constinit std::array<bool, ThreadShard::kOwn> taken{};  // under own_mutex
constinit std::atomic<std::size_t> sharers{0};

std::size_t shared() noexcept {
  return ThreadShard::kOwn + sharers.fetch_add(1, std::memory_order_relaxed) % ThreadShard::kShared;
}

// kCount when all are taken.
std::size_t take_own() noexcept {
  const std::lock_guard lock(own_mutex);
  for (std::size_t shard = 0; shard < taken.size(); ++shard) {
    if (!taken[shard]) {
      taken[shard] = true;
      return shard;
    }
  }
  return ThreadShard::kCount;
}

}  // namespace

// A thread's hold on a shard of its own. What else the thread destroys behind it may still call: it
// shares then.
class ThreadShard::Hold {
 public:
  Hold() noexcept : shard_(has_process_barrier() ? take_own() : kCount) {}
  ~Hold() {
    if (!is_own(shard_)) return;
    mine_ = shared();
    const std::lock_guard lock(own_mutex);
    taken[shard_] = false;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  std::size_t shard() const noexcept { return shard_; }

 private:
  const std::size_t shard_;
};

std::size_t ThreadShard::assign() noexcept {
  static thread_local const Hold hold;
  mine_ = is_own(hold.shard()) ? hold.shard() : shared();
  return mine_;
}

}  // namespace hookwire

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "hookwire/base/duration_histogram.h"

#include "thread_shard.h"

namespace hookwire {

/// Where the calling thread counts: a row that it alone writes, or one that it shares.
struct CountingPlace {
  std::size_t shard = ThreadShard::kOwn;
  bool own = false;

  /// One more in a counter of that row. Without a locked instruction where no other thread writes.
  void add(std::uint64_t& counter, std::uint64_t more) const noexcept {
    const std::atomic_ref<std::uint64_t> count(counter);
    if (own) [[likely]] {
      count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    } else {
      count.fetch_add(more, std::memory_order_relaxed);
    }
  }
};

/// `kWords` counters, with a row of them for each ThreadShard, so that calls count without a lock,
/// an allocation or a cache line that another thread writes. Memory that no thread ever counted in
/// is never touched: the kernel gives no page for it. Thread-safe.
template <std::size_t kWords>
class ShardedCounts {
  static constexpr std::size_t kLineBytes = 64;
  static_assert(kWords * sizeof(std::uint64_t) % kLineBytes == 0, "rows share no cache line");

 public:
  using Row = std::array<std::uint64_t, kWords>;

  /// Throws std::bad_alloc.
  ShardedCounts() : memory_(std::calloc(1, ThreadShard::kCount * sizeof(Row) + kLineBytes)) {
    if (memory_ == nullptr) throw std::bad_alloc();
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.get());
    const std::uintptr_t aligned = (begin + kLineBytes - 1) / kLineBytes * kLineBytes;
    rows_ = reinterpret_cast<Row*>(aligned);
  }

  Row& row(const CountingPlace& place) noexcept { return rows_[place.shard]; }

  /// What all threads counted so far.
  std::uint64_t sum(std::size_t word) const noexcept {
    std::uint64_t all = 0;
    for (std::size_t shard = 0; shard < ThreadShard::kCount; ++shard) {
      const std::atomic_ref<std::uint64_t> count(rows_[shard][word]);
      all += count.load(std::memory_order_relaxed);
    }
    return all;
  }

 private:
  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };

  std::unique_ptr<void, Free> memory_;
  Row* rows_;
};

/// The words of a row that hold a DurationHistogram: the sum, then the buckets.
inline constexpr std::size_t kHistogramWords = 1 + DurationHistogram::kBuckets;

/// Counts a duration of 0 or more in the histogram that begins at `words`.
[[gnu::always_inline]] inline void count_duration(std::uint64_t* words, const CountingPlace& place,
                                                  std::int64_t duration_ns) noexcept {
  std::uint64_t& bucket = words[1 + DurationHistogram::bucket(duration_ns)];
  place.add(words[0], static_cast<std::uint64_t>(duration_ns));
  place.add(bucket, 1);
}

/// Adds what was counted in the histogram that begins at word `first` of each row.
template <std::size_t kWords>
void add_histogram(const ShardedCounts<kWords>& counts, std::size_t first,
                   DurationHistogram& into) noexcept {
  into.sum_ns += counts.sum(first);
  for (std::size_t i = 0; i < DurationHistogram::kBuckets; ++i) {
    into.counts[i] += counts.sum(first + 1 + i);
  }
}

}  // namespace hookwire

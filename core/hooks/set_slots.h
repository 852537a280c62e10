#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hook_set.h"
#include "sharded_counts.h"
#include "thread_shard.h"

namespace hookwire {

/// Sets of hooks and who uses them. A call pins the current set, and a set is neither changed nor
/// released while a call has it pinned. Calls never wait: a publisher takes another slot.
///
/// Why it is sound: a call pins a slot, then looks whether that slot is still current. A publisher
/// makes another slot current, then looks whether the old one is pinned. At least one of the two
/// must see the other, which takes a full barrier between the two steps on both sides. On the side
/// of the calls it would cost more than all else that a call without much to do takes. So the
/// publisher has all threads pass one (process_barrier()) between its steps, and a thread with a
/// shard of its own makes do with plain stores; a shared shard is counted by atomic steps that are
/// barriers themselves. A pin that came too late is taken back without looking at the set.
///
/// Pinning is thread-safe; the other functions are for one thread at a time.
class SetSlots {
  struct Pins;

 public:
  static constexpr int kNone = -1;

  /// `current` is the slot that calls enter, or kNone; it must outlive the object.
  explicit SetSlots(std::atomic<int>& current) noexcept;
  SetSlots(const SetSlots&) = delete;
  SetSlots& operator=(const SetSlots&) = delete;

  /// A call's hold on the set that was current when it was made. It ends on the thread that made
  /// it.
  class Pin {
   public:
    explicit Pin(SetSlots& slots) noexcept {
      int index = slots.current_.load();
      if (index == kNone) return;
      std::size_t shard = ThreadShard::current();
      own_ = ThreadShard::is_own(shard) && slots.owners_ == ThreadShard::owners();
      if (!own_) [[unlikely]]
        shard = ThreadShard::shared(shard);
      shard_ = shard;
      while (true) {
        pins_ = &slots.shards_[shard].pins[static_cast<std::size_t>(index)];
        enter();
        const int now = slots.current_.load();
        if (now == index) [[likely]]
          break;
        leave();
        if (now == kNone) return;
        index = now;
      }
      set_ = &slots.sets_[static_cast<std::size_t>(index)];
    }
    ~Pin() {
      if (set_ != nullptr) leave();
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

    /// nullptr when there was none.
    const HookSet* set() const noexcept { return set_; }
    /// Where the calling thread counts what the call did.
    CountingPlace place() const noexcept { return {.shard = shard_, .own = own_}; }
    /// The call ran the pre and the post of every hook: counted here, so that the counters of its
    /// hooks cost it nothing. Once, while there is a set.
    void complete() noexcept {
      std::atomic<std::uint64_t>& count = pins_->complete;
      if (own_) [[likely]] {
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      } else {
        count.fetch_add(1, std::memory_order_relaxed);
      }
    }

   private:
    void enter() const noexcept {
      std::atomic<std::uint64_t>& inside = pins_->inside;
      if (own_) [[likely]] {
        inside.store(inside.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);  // the publisher sees to the rest
      } else {
        inside.fetch_add(1);
      }
    }
    void leave() const noexcept {
      std::atomic<std::uint64_t>& inside = pins_->inside;
      if (own_) [[likely]] {
        inside.store(inside.load(std::memory_order_relaxed) - 1, std::memory_order_release);
      } else {
        inside.fetch_sub(1, std::memory_order_release);
      }
    }

    const HookSet* set_ = nullptr;
    Pins* pins_ = nullptr;
    std::size_t shard_ = ThreadShard::kOwn;
    bool own_ = false;
  };

  /// A slot that is not current and that no call uses; kNone when there is none now.
  int find_free() noexcept;

  /// False while slots are not free only because the kernel refused the barrier.
  bool knows_calls() const noexcept { return unproven_ == 0; }

  /// Puts `set` into the slot `free`, which find_free() gave, and makes it current. Returns what
  /// was in the slot, settled, for the caller to destroy.
  HookSet publish(int free, HookSet set) noexcept;

  /// From now on calls meet no hooks.
  void publish_none() noexcept { make_current(kNone); }

  /// Adds the calls completed since the last time to the tallies of their sets' hooks.
  void settle() noexcept;

  /// Moves the sets that no call uses any more, settled, to the end of `into`.
  void take_unused(std::vector<HookSet>& into);

 private:
  static constexpr std::size_t kCacheLineBytes = 64;
  static constexpr std::size_t kSets = HookChain::kMaxSets;

  // Of the threads of one shard, on one slot.
  struct Pins {
    std::atomic<std::uint64_t> inside{0};    // calls that have it pinned
    std::atomic<std::uint64_t> complete{0};  // calls, since the chain was made
  };
  struct alignas(kCacheLineBytes) Shard {
    std::array<Pins, kSets> pins;  // by slot
  };

  void make_current(int index) noexcept;
  void settle(std::size_t index) noexcept;
  bool is_free(int index) const noexcept;

  std::atomic<int>& current_;
  const void* const owners_ = ThreadShard::owners();  // whose threads have shards of their own
  // One bit a slot: calls can have pinned it unseen, since it was left without a barrier.
  std::uint32_t unproven_ = 0;
  std::array<HookSet, kSets> sets_;
  std::array<std::uint64_t, kSets> settled_{};  // of the calls completed
  std::array<Shard, ThreadShard::kCount> shards_;
};

}  // namespace hookwire

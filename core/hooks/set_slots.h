#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hook_set.h"

namespace hookwire {

/// Sets of hooks and who uses them. A call pins the current set, and a set is neither changed nor
/// released while a call has it pinned. Calls never wait: a publisher takes another slot.
///
/// Why it is sound: a call pins a slot, then looks whether that slot is still current. A publisher
/// makes another slot current, then looks whether the old one is pinned. All four are sequentially
/// consistent, so that at least one of the two sees the other. A pin that came too late is taken
/// back without looking at the set.
///
/// Pinning is thread-safe; the other functions are for one thread at a time.
class SetSlots {
 public:
  static constexpr int kNone = -1;

  /// `current` is the slot that calls enter, or kNone; it must outlive the object.
  explicit SetSlots(std::atomic<int>& current) noexcept : current_(current) {}
  SetSlots(const SetSlots&) = delete;
  SetSlots& operator=(const SetSlots&) = delete;

  /// A call's hold on the set that was current when it was made.
  class Pin {
   public:
    explicit Pin(SetSlots& slots) noexcept {
      int index = slots.current_.load();
      while (index != kNone) {
        Slot& slot = slots.slots_[static_cast<std::size_t>(index)];
        std::atomic<std::uint64_t>& count = slot.pins[thread_shard()].value;
        count.fetch_add(kOneInside);
        const int now = slots.current_.load();
        if (now == index) [[likely]] {
          set_ = &slot.set;
          count_ = &count;
          return;
        }
        count.fetch_sub(kOneInside, std::memory_order_release);
        index = now;
      }
    }
    ~Pin() {
      if (count_ != nullptr) count_->fetch_add(leaving_, std::memory_order_release);
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

    /// nullptr when there was none.
    const HookSet* set() const noexcept { return set_; }
    /// The call ran the pre and the post of every hook: counted when the pin is let go, so that
    /// the counters of its hooks cost it nothing.
    void complete() noexcept { leaving_ = kOneComplete - kOneInside; }

   private:
    const HookSet* set_ = nullptr;
    std::atomic<std::uint64_t>* count_ = nullptr;
    std::uint64_t leaving_ = std::uint64_t{0} - kOneInside;
  };

  /// A slot that is not current and that no call uses; kNone when there is none now.
  int find_free() const noexcept;

  /// Puts `set` into the slot `free`, which find_free() gave, and makes it current. Returns what
  /// was in the slot, settled, for the caller to destroy.
  HookSet publish(int free, HookSet set) noexcept;

  /// From now on calls meet no hooks.
  void publish_none() noexcept { current_.store(kNone); }

  /// Adds the calls completed since the last time to the tallies of their sets' hooks.
  void settle() noexcept;

  /// Moves the sets that no call uses any more, settled, to the end of `into`.
  void take_unused(std::vector<HookSet>& into);

 private:
  // Threads spread their pins over this many cache lines, so that they do not contend.
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kCacheLineBytes = 64;

  // One number for both, so that leaving costs one atomic step: calls inside in the low bits, calls
  // completed above. 2^20 calls at once in one shard are more than threads can be.
  static constexpr std::uint64_t kOneInside = 1;
  static constexpr unsigned kCompleteShift = 20;
  static constexpr std::uint64_t kOneComplete = std::uint64_t{1} << kCompleteShift;

  static constexpr std::size_t kUnassigned = ~std::size_t{0};
  static inline constinit thread_local std::size_t own_shard_ = kUnassigned;

  struct alignas(kCacheLineBytes) PinCount {
    std::atomic<std::uint64_t> value{0};
  };
  struct Slot {
    HookSet set;
    std::array<PinCount, kShards> pins;
  };

  static std::size_t thread_shard() noexcept {
    const std::size_t shard = own_shard_;
    return shard != kUnassigned ? shard : assign_shard();
  }
  static std::size_t assign_shard() noexcept;
  static void settle(Slot& slot) noexcept;
  bool is_free(int index) const noexcept;

  std::atomic<int>& current_;
  std::array<Slot, HookChain::kMaxSets> slots_;
};

}  // namespace hookwire

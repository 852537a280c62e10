#include "set_slots.h"

#include <algorithm>
#include <utility>

#include "process_barrier.h"

namespace hookwire {

namespace {

std::uint32_t bit(int index) noexcept {
  return std::uint32_t{1} << index;
}

}  // namespace

// Asks for the barrier before the first call does.
SetSlots::SetSlots(std::atomic<int>& current) noexcept : current_(current) {
  static_cast<void>(has_process_barrier());
}

void SetSlots::make_current(int index) noexcept {
  const int left = current_.exchange(index);
  if (!has_process_barrier()) return;  // then every pin is an atomic step
  if (process_barrier()) {
    unproven_ = 0;
  } else if (left != kNone) {
    unproven_ |= bit(left);
  }
}

bool SetSlots::is_free(int index) const noexcept {
  if (index == current_.load() || (unproven_ & bit(index)) != 0) return false;
  return std::all_of(shards_.begin(), shards_.end(), [index](const Shard& shard) {
    return shard.pins[static_cast<std::size_t>(index)].inside.load() == 0;
  });
}

int SetSlots::find_free() noexcept {
  if (unproven_ != 0 && process_barrier()) unproven_ = 0;
  for (int index = 0; index < HookChain::kMaxSets; ++index) {
    if (is_free(index)) return index;
  }
  return kNone;
}

HookSet SetSlots::publish(int free, HookSet set) noexcept {
  const auto index = static_cast<std::size_t>(free);
  settle(index);
  std::swap(sets_[index], set);
  make_current(free);
  return set;
}

void SetSlots::settle(std::size_t index) noexcept {
  std::uint64_t all = 0;
  for (const Shard& shard : shards_) {
    all += shard.pins[index].complete.load(std::memory_order_relaxed);
  }
  const std::uint64_t more = all - std::exchange(settled_[index], all);
  for (const HookMember& member : sets_[index].members) {
    HookTally& tally = *member.tally;
    if (member.instance.switches.pre) tally.pre.fetch_add(more, std::memory_order_relaxed);
    if (member.instance.switches.post) tally.post.fetch_add(more, std::memory_order_relaxed);
  }
}

void SetSlots::settle() noexcept {
  for (std::size_t index = 0; index < kSets; ++index) settle(index);
}

void SetSlots::take_unused(std::vector<HookSet>& into) {
  for (int index = 0; index < HookChain::kMaxSets; ++index) {
    HookSet& set = sets_[static_cast<std::size_t>(index)];
    if (set.members.empty() || !is_free(index)) continue;
    settle(static_cast<std::size_t>(index));  // only now: until it was free, calls could complete
    into.push_back(std::exchange(set, {}));
  }
}

}  // namespace hookwire

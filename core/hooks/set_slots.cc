#include "set_slots.h"

#include <algorithm>
#include <utility>

namespace hookwire {

namespace {

constinit std::atomic<std::size_t> threads_seen{0};

}  // namespace

std::size_t SetSlots::assign_shard() noexcept {
  own_shard_ = threads_seen.fetch_add(1, std::memory_order_relaxed) % kShards;
  return own_shard_;
}

bool SetSlots::is_free(int index) const noexcept {
  if (index == current_.load()) return false;
  const auto& pins = slots_[static_cast<std::size_t>(index)].pins;
  return std::all_of(pins.begin(), pins.end(),
                     [](const PinCount& pin) { return pin.value.load() % kOneComplete == 0; });
}

int SetSlots::find_free() const noexcept {
  for (int index = 0; index < HookChain::kMaxSets; ++index) {
    if (is_free(index)) return index;
  }
  return kNone;
}

HookSet SetSlots::publish(int free, HookSet set) noexcept {
  Slot& slot = slots_[static_cast<std::size_t>(free)];
  settle(slot);
  std::swap(slot.set, set);
  current_.store(free);
  return set;
}

void SetSlots::settle(Slot& slot) noexcept {
  std::uint64_t complete = 0;
  for (PinCount& pin : slot.pins) {
    const std::uint64_t here = pin.value.load(std::memory_order_relaxed) >> kCompleteShift;
    pin.value.fetch_sub(here << kCompleteShift, std::memory_order_relaxed);
    complete += here;
  }
  for (const HookMember& member : slot.set.members) {
    HookTally& tally = *member.tally;
    if (member.instance.switches.pre) tally.pre.fetch_add(complete, std::memory_order_relaxed);
    if (member.instance.switches.post) tally.post.fetch_add(complete, std::memory_order_relaxed);
  }
}

void SetSlots::settle() noexcept {
  for (Slot& slot : slots_) settle(slot);
}

void SetSlots::take_unused(std::vector<HookSet>& into) {
  for (int index = 0; index < HookChain::kMaxSets; ++index) {
    Slot& slot = slots_[static_cast<std::size_t>(index)];
    if (slot.set.members.empty() || !is_free(index)) continue;
    settle(slot);  // only now: until it was free, calls could still complete
    into.push_back(std::exchange(slot.set, {}));
  }
}

}  // namespace hookwire

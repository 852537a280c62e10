#include "program_slots.h"

#include <algorithm>
#include <utility>

namespace hookwire {

namespace {

// Nobody tells when a leftover has ended: it is asked for.
constexpr std::chrono::milliseconds kReapInterval(20);

}  // namespace

ProgramSlots::ProgramSlots(std::size_t count) {
  for (std::size_t number = count; number-- > 0;) free_.push_back(number);
}

ProgramSlots::Slot::~Slot() {
  if (slots_ == nullptr) return;
  {
    const std::lock_guard lock(slots_->mutex_);
    slots_->free_.push_back(number_);
  }
  slots_->freed_.notify_one();
}

void ProgramSlots::Slot::leave_to(Child child) {
  const std::lock_guard lock(slots_->mutex_);
  slots_->leftovers_.push_back({std::move(child), number_});
  slots_ = nullptr;
}

// With the mutex held.
void ProgramSlots::reap() {
  std::vector<Leftover> still;
  for (Leftover& leftover : leftovers_) {
    if (leftover.child.reap(std::chrono::milliseconds(0))) {
      free_.push_back(leftover.number);
    } else {
      still.push_back(std::move(leftover));
    }
  }
  leftovers_.swap(still);
}

std::optional<ProgramSlots::Slot> ProgramSlots::acquire(
    std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  while (true) {
    reap();
    if (!free_.empty()) {
      const std::size_t number = free_.back();
      free_.pop_back();
      return Slot(*this, number);
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return std::nullopt;
    freed_.wait_until(lock,
                      leftovers_.empty() ? deadline : std::min(deadline, now + kReapInterval));
  }
}

}  // namespace hookwire

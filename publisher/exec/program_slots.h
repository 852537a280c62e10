#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "child.h"

namespace hookwire {

/// How many programs of one hook run at once. A killed program that the kernel has not ended yet
/// keeps its place until it has. Thread-safe.
class ProgramSlots {
 public:
  explicit ProgramSlots(std::size_t count) : free_(count) {}

  /// A place, given back when this is destroyed.
  class Slot {
   public:
    explicit Slot(ProgramSlots& slots) noexcept : slots_(&slots) {}
    ~Slot();
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    /// The place is `child`'s until that has ended.
    void leave_to(Child child);

   private:
    ProgramSlots* slots_;
  };

  /// Waits for a place until `deadline`; nothing when none came free.
  std::optional<Slot> acquire(std::chrono::steady_clock::time_point deadline);

 private:
  void reap();

  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t free_;
  std::vector<Child> leftovers_;
};

}  // namespace hookwire

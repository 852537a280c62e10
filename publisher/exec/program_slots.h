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
  explicit ProgramSlots(std::size_t count);

  /// A place, given back when this is destroyed.
  class Slot {
   public:
    Slot(ProgramSlots& slots, std::size_t number) noexcept : slots_(&slots), number_(number) {}
    ~Slot();
    Slot(Slot&& other) noexcept
        : slots_(std::exchange(other.slots_, nullptr)), number_(other.number_) {}
    Slot& operator=(Slot&&) = delete;
    /// From 0; that of no other slot that is taken.
    std::size_t number() const noexcept { return number_; }
    /// The place is `child`'s until that has ended.
    void leave_to(Child child);

   private:
    ProgramSlots* slots_;
    std::size_t number_;
  };

  /// Waits for a place until `deadline`; nothing when none came free.
  std::optional<Slot> acquire(std::chrono::steady_clock::time_point deadline);

 private:
  struct Leftover {
    Child child;
    std::size_t number;
  };

  void reap();

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::size_t> free_;  // numbers; the next one last
  std::vector<Leftover> leftovers_;
};

}  // namespace hookwire

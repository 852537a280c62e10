#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hookwire/hooks/call_report.h"
#include "hookwire/hooks/call_status.h"
#include "hookwire/hooks/method.h"

#include "sharded_counts.h"

namespace hookwire {

/// Counts calls by method and outcome, and how long they took. Of kMaxCountedMethods methods; the
/// others are counted together. To count takes no lock and no allocation. Thread-safe.
class CallCounts {
 public:
  /// `method` must outlive the object, which knows it by its address (docs/manila.md says so).
  [[gnu::always_inline]] void add(const MethodDescriptor& method, CallReport::Outcome outcome,
                                  std::int64_t duration_ns, const CountingPlace& place) noexcept {
    std::uint64_t* const words = &counts_.row(place)[find(method) * kWords];
    count_duration(words, place, duration_ns);
    // Calls that worked are all but the others.
    if (outcome != CallReport::Outcome::success) {
      place.add(words[kHistogramWords + static_cast<std::size_t>(outcome)], 1);
    }
  }

  /// By name. Methods of one name are one.
  std::vector<CallStatus> status() const;

 private:
  static constexpr std::size_t kOthers = kMaxCountedMethods;
  static constexpr std::size_t kHints = 256;
  static constexpr std::size_t kWords = kHistogramWords + 8;  // a multiple of a cache line

  // The descriptors of an interface lie side by side, so that each has a hint of its own.
  std::size_t find(const MethodDescriptor& method) noexcept {
    const std::uintptr_t number =
        reinterpret_cast<std::uintptr_t>(&method) / sizeof(MethodDescriptor);
    std::atomic<std::uint8_t>& hint = hints_[number % kHints];
    const std::size_t guess = hint.load(std::memory_order_relaxed);
    if (methods_[guess].load(std::memory_order_acquire) == &method) [[likely]]
      return guess;
    return search(method, hint);
  }
  std::size_t search(const MethodDescriptor& method, std::atomic<std::uint8_t>& hint) noexcept;

  // In the order in which they came; the last stays null.
  std::array<std::atomic<const MethodDescriptor*>, kMaxCountedMethods + 1> methods_{};
  std::array<std::atomic<std::uint8_t>, kHints> hints_{};
  ShardedCounts<(kMaxCountedMethods + 1) * kWords> counts_;
};

}  // namespace hookwire

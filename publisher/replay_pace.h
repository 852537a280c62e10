#pragma once

#include <cstdint>

namespace hookwire {

/// How fast those that are behind are served while somebody else is live. Replay takes the CPU that
/// a live record needs on its way, in the relay, in ZeroMQ's thread and in every reader; so the
/// rate goes down when the relay itself comes late to what is due, and up while it does not. Takes
/// the time as an argument, from any clock that only goes forward. Thread-compatible.
class ReplayPace {
 public:
  /// Bytes a second, for all that are behind together. What they lack shrinks by the first at
  /// least, however late the relay is.
  static constexpr double kLeast = 16.0 * 1024 * 1024;
  static constexpr double kMost = 4096.0 * 1024 * 1024;
  /// Later than this is late. An idle machine wakes a thread within some 50 us.
  static constexpr std::int64_t kLateNs = 250'000;
  /// The rate settles where about one time in two hundred is late: 0.9 * 1.0005^210 is about 1.
  static constexpr double kWhenLate = 0.9;
  static constexpr double kWhenInTime = 1.0005;
  /// What was not used is kept for so long, so that a timer of a millisecond costs nothing.
  static constexpr std::int64_t kKeptNs = 3'000'000;
  /// And so much of what was added, which is more than one append adds for 32 that are behind.
  static constexpr double kKeptBytes = 2.0 * 1024 * 1024;

  /// True when a chunk may be sent now. Then or later its bytes are to be spent.
  bool is_open(std::int64_t now_ns) noexcept;
  void spend(std::uint64_t bytes) noexcept;
  /// So much was appended for those behind: on top of the rate, so that they come nearer.
  void add(std::uint64_t bytes) noexcept;

  /// The relay came to something `late_ns` after it was due.
  void came(std::int64_t late_ns) noexcept;

  double rate() const noexcept { return rate_; }
  /// When it is open again.
  std::int64_t due_ns() const noexcept;

 private:
  double rate_ = kLeast;
  double bytes_ = 0;  // that time allows; a chunk may take it below zero
  double added_ = 0;  // that appends allow on top, never below zero
  std::int64_t filled_ns_ = 0;
};

}  // namespace hookwire

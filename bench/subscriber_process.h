#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace hookwire::bench {

/// What a subscriber in another process has received: memory that both processes see.
struct Received {
  static constexpr std::size_t kMostDelayUs = 65'535;  // longer ones count as this

  std::atomic<bool> wanted{false};  // set by the parent: connect, and stay connected
  std::atomic<bool> from_earliest{false};
  std::atomic<bool> connected{false};
  std::atomic<std::uint64_t> first{0};
  std::atomic<std::uint64_t> last{0};
  std::atomic<std::uint64_t> count{0};
  std::atomic<std::uint64_t> out_of_order{0};  // gaps too
  std::atomic<std::uint64_t> undecodable{0};
  std::atomic<std::uint64_t> reconnects{0};
  std::atomic<std::int64_t> last_at_ns{0};  // CLOCK_MONOTONIC
  // Of an open loop: calls since then, when the first of them was due, and how far they are apart.
  std::atomic<std::uint64_t> calls{0};
  std::atomic<std::int64_t> first_due_ns{0};  // CLOCK_MONOTONIC
  std::atomic<std::int64_t> period_ns{0};     // 0: no such loop
  std::array<std::atomic<std::uint32_t>, kMostDelayUs + 1> delays_us{};
};

/// A process that follows a stream, decodes every event whole and counts. Made before the
/// publisher, since it is a fork that should inherit no thread's locks; killed when destroyed.
class SubscriberProcess {
 public:
  explicit SubscriberProcess(const std::string& endpoint);
  ~SubscriberProcess();
  SubscriberProcess(const SubscriberProcess&) = delete;
  SubscriberProcess& operator=(const SubscriberProcess&) = delete;

  pid_t pid() const noexcept { return pid_; }
  const Received& received() const noexcept { return received_; }

  /// Connects for what is appended from now on, with counters at zero; returns once it stands.
  /// Throws Error timed_out.
  void connect();
  /// Connects for everything there is and does not wait for it.
  void begin_at_earliest();
  /// Says goodbye to the publisher. Throws Error timed_out.
  void disconnect();

  /// Returns once everything through `sequence` was received. Throws Error: timed_out, damaged when
  /// something is missing, out of order or cannot be decoded.
  void wait_for(std::uint64_t sequence, std::chrono::seconds at_most = std::chrono::seconds(60));

  /// SIGSTOP, and SIGCONT. `stop` returns once the process stands still.
  void stop();
  void go_on();

  /// From now on delays count from when a call was due, not from when it was made: the n-th at
  /// `first_due_ns` + n * `period_ns`. To be called before the first of them, when all from before
  /// have been received.
  void count_from_due(std::int64_t first_due_ns, std::int64_t period_ns);
  /// From a record's time, or its call's, until the sink has it, in microseconds, since the last
  /// time this was asked.
  std::vector<std::uint32_t> take_delays();

 private:
  void begin(bool from_earliest);
  void wait(std::chrono::seconds at_most, const char* what, bool (*done)(const Received&));

  Received& received_;
  pid_t pid_;
};

}  // namespace hookwire::bench

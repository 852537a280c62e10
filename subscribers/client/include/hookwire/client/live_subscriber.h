#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/client/sink.h"

#pragma GCC visibility push(default)
namespace hookwire {

struct LiveSubscriberOptions {
  std::vector<std::string> endpoints;  ///< Live endpoints, one publisher each.
  std::vector<std::string> topics{};   ///< Prefixes, 16 of 256 bytes at most; none: everything.
  /// A publisher of whom nothing came for this long is told to be away.
  std::chrono::nanoseconds silence = std::chrono::seconds(5);
};

/// Listens to the live feeds of any number of publishers and hands on what comes, from now on. A
/// feed waits for nobody: what this listener did not get becomes a gap, at its place when it takes
/// every topic, else at the next heartbeat, over the sequences among which it is missing. Keeps no
/// cursor: whoever must not miss anything uses Subscriber. Thread-safe only as stated.
class LiveSubscriber {
 public:
  /// The references must outlive the subscriber. Throws Error configuration for an endpoint or
  /// topics that are malformed, IoError.
  LiveSubscriber(const Clock& clock, LiveSubscriberOptions options, Sink& sink);
  ~LiveSubscriber();

  /// Receives and hands on until `stop` is requested or request_stop() is called; commits as it
  /// goes, and before it returns. One thread at a time.
  void run(std::stop_token stop);

  /// Waits up to `timeout` for messages, hands a bounded number on, and returns whether there were
  /// any. Commits when nothing more is at hand, and otherwise every 100 ms.
  bool step(std::chrono::nanoseconds timeout);

  /// Makes run() return soon. Any thread, also from within the sink.
  void request_stop() noexcept;

  struct Counters {
    std::uint64_t records = 0;
    std::uint64_t bad_messages = 0;  ///< Of no live feed; what they were is among the gaps.
    std::uint64_t gaps = 0;
  };
  /// Call in the thread that runs the subscriber.
  Counters counters() const noexcept;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

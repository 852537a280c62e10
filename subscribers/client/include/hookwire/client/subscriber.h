#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/log.h"
#include "hookwire/client/sink.h"
#include "hookwire/schemas/stream_message.h"

#pragma GCC visibility push(default)
namespace hookwire {

struct SubscriberOptions {
  std::vector<std::string> endpoints;  ///< Stream endpoints, one publisher each.
  /// Durable name under which each publisher keeps this subscriber's cursor; empty: none.
  std::string name;
  /// Where to begin with a publisher of which the cursor store knows nothing.
  StreamStart start;
  std::vector<std::string> topics;  ///< Prefixes; none: everything.
  /// Bytes that a publisher may have under way to us, and so the memory a session takes.
  std::uint64_t credit_bytes = 1024 * 1024;
  /// A connection is given up and made anew when nothing came for this long.
  std::chrono::nanoseconds silence = std::chrono::seconds(5);
  /// Pauses between attempts: doubled from least to most, each drawn between half and the whole.
  std::chrono::nanoseconds backoff_least = std::chrono::milliseconds(50);
  std::chrono::nanoseconds backoff_most = std::chrono::seconds(5);
};

/// Receives the events of any number of publishers and hands each publisher's on in order and once,
/// over lost connections, restarts of either side, and a publisher that does not exist yet. When a
/// journal was replaced by another, the new one is followed from its earliest record. Thread-safe
/// only as stated.
class Subscriber {
 public:
  /// The references must outlive the subscriber. `cursors` may be null: then cursors live as long
  /// as the subscriber. Throws Error configuration for an endpoint that is malformed.
  Subscriber(const Clock& clock, Log& log, SubscriberOptions options, Sink& sink,
             CursorStore* cursors = nullptr);
  ~Subscriber();

  /// Receives and hands on until `stop` is requested or request_stop() is called; commits before it
  /// returns. One thread at a time.
  void run(std::stop_token stop);

  /// Waits up to `timeout` for something to do, does a bounded amount, and returns whether it did
  /// anything. For programs with a loop of their own.
  bool step(std::chrono::nanoseconds timeout);

  /// Makes run() return soon. Any thread, also from within the sink.
  void request_stop() noexcept;

  /// True when every endpoint has been caught up with at least once.
  bool caught_up() const noexcept;

  /// Counters of what a bad publisher or network did.
  struct Counters {
    std::uint64_t records = 0;
    std::uint64_t bad_records = 0;  ///< Failed their checks; each is also a gap.
    std::uint64_t bad_replies = 0;  ///< Not of the protocol; the connection is made anew.
    std::uint64_t reconnects = 0;
    std::uint64_t gaps = 0;
  };
  Counters counters() const noexcept;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

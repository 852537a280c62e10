#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "endpoint.h"
#include "live_transport.h"

namespace hookwire {

/// What bounds the socket, as it reports itself.
struct LiveSocketSettings {
  /// The longest subscription: a byte, and a prefix as long as the longest topic. For a larger
  /// frame ZeroMQ closes that listener's connection.
  std::int64_t max_message_bytes = 520;
  /// Messages queued for a listener; what comes when it is full is lost for that listener.
  int send_queue = 1000;
  /// Subscriptions queued from a listener. ZeroMQ takes all that is there at one go, so that a
  /// longer queue is a longer stop for the feed.
  int receive_queue = 1;
  int linger_ms = 0;
  /// A listener that answers no heartbeat for the time-out is disconnected, and its queue freed.
  int heartbeat_interval_ms = 5000;
  int heartbeat_timeout_ms = 15000;
  int heartbeat_ttl_ms = 15000;
  int handshake_ms = 5000;  ///< A connection that has not shaken hands by then is closed.
  int backlog = 64;         ///< Connections that wait to be taken.

  friend bool operator==(const LiveSocketSettings&, const LiveSocketSettings&) = default;
};

/// Carries a live feed over a ZeroMQ XPUB, with a context, and so a thread, of its own. May be made
/// in one thread and used in another; confined to one thread at a time.
class LiveSocket final : public LiveTransport {
 public:
  /// Binds at `place`, which must outlive the socket. Throws Error: busy when the address is in
  /// use, configuration when the machine has no such address, IoError.
  explicit LiveSocket(const HeldEndpoint& place);
  /// Closes without linger.
  ~LiveSocket() override;

  std::optional<LiveSubscription> receive() override;
  void send(std::string_view topic, std::span<const std::byte> record) noexcept override;
  void close() noexcept override { close(std::chrono::nanoseconds(0)); }
  void open() override;

  /// Closes, and waits for `linger` at most until what was sent is in the network's hands.
  void close(std::chrono::nanoseconds linger) noexcept;

  /// Returns when a subscription is there, or after `at_most`.
  void wait(std::chrono::nanoseconds at_most);

  /// Where it is bound, with the port that was chosen.
  const std::string& endpoint() const noexcept { return endpoint_; }
  /// Of an open socket.
  LiveSocketSettings settings() const;

 private:
  class Impl;
  const HeldEndpoint& place_;
  std::string endpoint_;
  std::unique_ptr<Impl> impl_;  // null: closed
};

}  // namespace hookwire

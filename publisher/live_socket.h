#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "endpoint.h"
#include "live_transport.h"
#include "socket_bounds.h"

namespace hookwire {

inline constexpr SocketBounds kLiveSocketBounds{
    // The longest subscription: a byte, and a prefix as long as the longest topic.
    .max_message_bytes = 520,
    // What comes when it is full is lost for that listener.
    .send_queue = 1000,
    // ZeroMQ takes all subscriptions that are there at one go, so that a longer queue is a longer
    // stop for the feed.
    .receive_queue = 1,
    .backlog = 64};

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
  SocketBounds bounds() const;

 private:
  class Impl;
  const HeldEndpoint& place_;
  std::string endpoint_;
  std::unique_ptr<Impl> impl_;  // null: closed
};

}  // namespace hookwire

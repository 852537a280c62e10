#pragma once

#include <cstdint>

namespace hookwire {

/// What bounds a socket that others connect to, as it was set and as the socket reports it.
struct SocketBounds {
  /// For a larger frame ZeroMQ closes that peer's connection.
  std::int64_t max_message_bytes = 0;
  int send_queue = 0;     ///< Messages queued for a peer.
  int receive_queue = 0;  ///< Messages queued from a peer.
  int linger_ms = 0;
  /// A peer that answers no heartbeat for the time-out is disconnected, and its queue freed.
  int heartbeat_interval_ms = 5000;
  int heartbeat_timeout_ms = 15000;
  int heartbeat_ttl_ms = 15000;
  int handshake_ms = 5000;  ///< A connection that has not shaken hands by then is closed.
  int backlog = 100;        ///< Connections that wait to be taken.

  friend bool operator==(const SocketBounds&, const SocketBounds&) = default;
};

}  // namespace hookwire

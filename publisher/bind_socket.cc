#include "bind_socket.h"

#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

namespace option = zmq::sockopt;

void bind_socket(zmq::socket_t& socket, const std::string& endpoint, const char* name) {
  const std::string doing = std::string("bind the ") + name + "'s endpoint " + endpoint;
  try {
    socket.set(option::ipv6, endpoint.find('[') != std::string::npos);
    socket.bind(endpoint);
  } catch (const zmq::error_t& error) {
    switch (error.num()) {
      case EADDRINUSE:
        throw Error(ErrorCode::busy, "cannot " + doing +
                                         ": it is in use; stop the program that listens there or "
                                         "choose another");
      case EADDRNOTAVAIL:
      case ENODEV:
        throw Error(ErrorCode::configuration,
                    "cannot " + doing + ": this machine has no such address");
      default:
        throw IoError(error.num(), doing);
    }
  }
}

void set_bounds(zmq::socket_t& socket, const SocketBounds& bounds) {
  socket.set(option::maxmsgsize, bounds.max_message_bytes);
  socket.set(option::sndhwm, bounds.send_queue);
  socket.set(option::rcvhwm, bounds.receive_queue);
  socket.set(option::linger, bounds.linger_ms);
  socket.set(option::heartbeat_ivl, bounds.heartbeat_interval_ms);
  socket.set(option::heartbeat_timeout, bounds.heartbeat_timeout_ms);
  socket.set(option::heartbeat_ttl, bounds.heartbeat_ttl_ms);
  socket.set(option::handshake_ivl, bounds.handshake_ms);
  socket.set(option::backlog, bounds.backlog);
}

SocketBounds bounds_of(const zmq::socket_t& socket) {
  return {.max_message_bytes = socket.get(option::maxmsgsize),
          .send_queue = socket.get(option::sndhwm),
          .receive_queue = socket.get(option::rcvhwm),
          .linger_ms = socket.get(option::linger),
          .heartbeat_interval_ms = socket.get(option::heartbeat_ivl),
          .heartbeat_timeout_ms = socket.get(option::heartbeat_timeout),
          .heartbeat_ttl_ms = socket.get(option::heartbeat_ttl),
          .handshake_ms = socket.get(option::handshake_ivl),
          .backlog = socket.get(option::backlog)};
}

void set_linger(zmq::socket_t& socket, std::chrono::nanoseconds linger) noexcept {
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(linger);
  const int linger_ms = static_cast<int>(rounded.count());
  zmq_setsockopt(socket.handle(), ZMQ_LINGER, &linger_ms, sizeof linger_ms);
}

}  // namespace hookwire

#include "bind_socket.h"

#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

void bind_socket(zmq::socket_t& socket, const std::string& endpoint, const char* name) {
  const std::string doing = std::string("bind the ") + name + "'s endpoint " + endpoint;
  try {
    socket.set(zmq::sockopt::ipv6, endpoint.find('[') != std::string::npos);
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

}  // namespace hookwire

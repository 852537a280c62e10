#pragma once

#include <string>

#include <zmq.hpp>

namespace hookwire {

/// Binds `socket`, whose name ("stream") errors say. Throws Error: busy when the address is in use,
/// configuration when the machine has no such address, IoError.
void bind_socket(zmq::socket_t& socket, const std::string& endpoint, const char* name);

}  // namespace hookwire

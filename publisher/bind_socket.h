#pragma once

#include <chrono>
#include <string>

#include <zmq.hpp>

#include "socket_bounds.h"

namespace hookwire {

/// Binds `socket`, whose name ("stream") errors say. Throws Error: busy when the address is in use,
/// configuration when the machine has no such address, IoError.
void bind_socket(zmq::socket_t& socket, const std::string& endpoint, const char* name);

/// Sets them, before the socket is bound. Throws zmq::error_t.
void set_bounds(zmq::socket_t& socket, const SocketBounds& bounds);
/// As the socket has them. Throws zmq::error_t.
SocketBounds bounds_of(const zmq::socket_t& socket);

/// The end of the socket's context will wait for `linger` at most until what was sent is in the
/// network's hands. Rounded up to milliseconds. Never throws.
void set_linger(zmq::socket_t& socket, std::chrono::nanoseconds linger) noexcept;

}  // namespace hookwire

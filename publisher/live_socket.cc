#include "live_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <zmq.hpp>

#include "hookwire/base/error.h"

#include "bind_socket.h"

namespace hookwire {

class LiveSocket::Impl {
 public:
  zmq::context_t context{1};
  zmq::socket_t socket{context, zmq::socket_type::xpub};
};

LiveSocket::LiveSocket(const HeldEndpoint& place) : place_(place), endpoint_(place.endpoint()) {
  open();
}

LiveSocket::~LiveSocket() {
  close();
}

void LiveSocket::open() {
  if (impl_) return;
  try {
    auto made = std::make_unique<Impl>();
    made->socket.set(zmq::sockopt::xpub_verbose, true);
    set_bounds(made->socket, kLiveSocketBounds);
    bind_socket(made->socket, endpoint_, "live");
    place_.protect();
    endpoint_ = made->socket.get(zmq::sockopt::last_endpoint);
    impl_ = std::move(made);
  } catch (const zmq::error_t& error) {
    throw IoError(error.num(), "make the live feed's socket");
  }
}

void LiveSocket::close(std::chrono::nanoseconds linger) noexcept {
  if (!impl_) return;
  set_linger(impl_->socket, linger);
  impl_.reset();  // closes the socket; the end of the context waits for what lingers
}

std::optional<LiveSubscription> LiveSocket::receive() {
  zmq::message_t message;
  if (!impl_ || !impl_->socket.recv(message, zmq::recv_flags::dontwait)) return std::nullopt;
  // XPUB hands on also what is no subscription: a byte of 1 begins one.
  const auto* const bytes = static_cast<const char*>(message.data());
  if (message.size() == 0 || bytes[0] != 1) return LiveSubscription{.begins = false, .prefix = {}};
  return LiveSubscription{.begins = true, .prefix = std::string(bytes + 1, message.size() - 1)};
}

void LiveSocket::send(std::string_view topic, std::span<const std::byte> record) noexcept {
  if (!impl_) return;
  void* const socket = impl_->socket.handle();
  // XPUB never refuses: it drops the message for a listener whose queue is full, both frames or
  // none.
  if (zmq_send(socket, topic.data(), topic.size(), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) return;
  while (zmq_send(socket, record.data(), record.size(), ZMQ_DONTWAIT) < 0 && errno == EINTR) {
  }
}

void LiveSocket::wait(std::chrono::nanoseconds at_most) {
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(at_most);
  std::array<zmq::pollitem_t, 1> items{
      {{impl_ ? impl_->socket.handle() : nullptr, -1, ZMQ_POLLIN, 0}}};
  // A signal ends the wait early, which is no harm.
  zmq_poll(items.data(), impl_ ? 1 : 0,
           static_cast<long>(std::max<std::int64_t>(timeout.count(), 0)));
}

SocketBounds LiveSocket::bounds() const {
  return bounds_of(impl_->socket);
}

}  // namespace hookwire

#include "live_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <zmq.hpp>

#include "hookwire/base/error.h"

#include "bind_socket.h"

namespace hookwire {
namespace {

namespace option = zmq::sockopt;

void apply(zmq::socket_t& socket, const LiveSocketSettings& settings) {
  socket.set(option::xpub_verbose, true);
  socket.set(option::maxmsgsize, settings.max_message_bytes);
  socket.set(option::sndhwm, settings.send_queue);
  socket.set(option::rcvhwm, settings.receive_queue);
  socket.set(option::linger, settings.linger_ms);
  socket.set(option::heartbeat_ivl, settings.heartbeat_interval_ms);
  socket.set(option::heartbeat_timeout, settings.heartbeat_timeout_ms);
  socket.set(option::heartbeat_ttl, settings.heartbeat_ttl_ms);
  socket.set(option::handshake_ivl, settings.handshake_ms);
  socket.set(option::backlog, settings.backlog);
}

}  // namespace

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
    apply(made->socket, LiveSocketSettings{});
    bind_socket(made->socket, endpoint_, "live");
    place_.protect();
    endpoint_ = made->socket.get(option::last_endpoint);
    impl_ = std::move(made);
  } catch (const zmq::error_t& error) {
    throw IoError(error.num(), "make the live feed's socket");
  }
}

void LiveSocket::close(std::chrono::nanoseconds linger) noexcept {
  if (!impl_) return;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(linger);
  const int linger_ms = static_cast<int>(rounded.count());
  zmq_setsockopt(impl_->socket.handle(), ZMQ_LINGER, &linger_ms, sizeof linger_ms);
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

LiveSocketSettings LiveSocket::settings() const {
  const zmq::socket_t& socket = impl_->socket;
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

}  // namespace hookwire

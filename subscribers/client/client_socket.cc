#include "client_socket.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include <zmq.hpp>

#include "hookwire/base/error.h"
#include "hookwire/record/record.h"

namespace hookwire {
namespace {

constexpr std::size_t kMaxFrames = 3;  // one more than any reply has
constexpr int kReconnectMs = 24 * 3600 * 1000;
constexpr int kQueueMessages = 256;  // either way; the credit bounds the bytes

[[noreturn]] void fail(const zmq::error_t& error, const std::string& doing) {
  throw IoError(error.num(), doing);
}

/// The message's bytes, copied if need be to where the first record is aligned.
class AlignedFrame {
 public:
  zmq::message_t message;

  std::span<const std::byte> bytes() {
    const auto* data = static_cast<const std::byte*>(message.data());
    const std::size_t size = message.size();
    if (reinterpret_cast<std::uintptr_t>(data) % kRecordAlignment == 0) return {data, size};
    room_.resize(size / sizeof(std::uint64_t) + 1);
    std::memcpy(room_.data(), data, size);
    return std::as_bytes(std::span(room_)).first(size);
  }

 private:
  std::vector<std::uint64_t> room_;
};

/// Stops the socket's monitor: while one runs, libzmq 4.3.4 keeps a closed socket, and its
/// descriptors, until the context ends.
struct MonitorEnd {
  zmq::socket_t& socket;
  ~MonitorEnd() { zmq_socket_monitor(socket.handle(), nullptr, 0); }
};

/// Turns a monitor's event into ours; nothing for those that say nothing new.
std::optional<ClientSocket::LinkEvent> link_event_of(std::uint16_t event) {
  switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      return ClientSocket::LinkEvent{.up = true, .reason = {}};
    case ZMQ_EVENT_DISCONNECTED:
      return ClientSocket::LinkEvent{.up = false, .reason = "the connection was lost"};
    case ZMQ_EVENT_CLOSED:
    case ZMQ_EVENT_CONNECT_RETRIED:
      return ClientSocket::LinkEvent{.up = false, .reason = "nobody answers there"};
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      return ClientSocket::LinkEvent{.up = false, .reason = "the peer speaks no ZeroMQ"};
    default:
      return std::nullopt;
  }
}

}  // namespace

class ClientContext::Impl {
 public:
  zmq::context_t context{1};
  std::uint64_t monitors = 0;
};

ClientContext::ClientContext() {
  try {
    impl_ = std::make_unique<Impl>();
  } catch (const zmq::error_t& error) {
    fail(error, "make a ZeroMQ context");
  }
}

ClientContext::~ClientContext() = default;

class ClientSocket::Impl {
 public:
  Impl(ClientContext::Impl& context, const std::string& endpoint)
      : socket(context.context, zmq::socket_type::dealer),
        monitor(context.context, zmq::socket_type::pair) {
    socket.set(zmq::sockopt::linger, 0);
    // Never: -1 would drop what was received and not read when the link is lost.
    socket.set(zmq::sockopt::reconnect_ivl, kReconnectMs);
    socket.set(zmq::sockopt::sndhwm, kQueueMessages);
    socket.set(zmq::sockopt::rcvhwm, kQueueMessages);
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(kBlockBytes));
    monitor.set(zmq::sockopt::linger, 0);
    const std::string name = "inproc://link-" + std::to_string(++context.monitors);
    if (zmq_socket_monitor(socket.handle(), name.c_str(), ZMQ_EVENT_ALL) != 0) {
      throw zmq::error_t();
    }
    monitor.connect(name);
    socket.connect(endpoint);
  }

  zmq::socket_t socket;
  zmq::socket_t monitor;
  MonitorEnd end{socket};
  std::array<AlignedFrame, kMaxFrames> frames;
  std::array<std::span<const std::byte>, kMaxFrames> views;
};

ClientSocket::ClientSocket(ClientContext& context, const std::string& endpoint) {
  try {
    impl_ = std::make_unique<Impl>(*context.impl_, endpoint);
  } catch (const zmq::error_t& error) {
    fail(error, "connect to " + endpoint);
  }
}

ClientSocket::~ClientSocket() = default;

bool ClientSocket::send(std::span<const std::byte> request) {
  try {
    return impl_->socket
        .send(zmq::buffer(request.data(), request.size()), zmq::send_flags::dontwait)
        .has_value();
  } catch (const zmq::error_t& error) {
    fail(error, "send to a stream endpoint");
  }
}

std::span<const std::span<const std::byte>> ClientSocket::receive() {
  try {
    std::size_t count = 0;
    for (bool more = true; more;) {
      zmq::message_t surplus;
      zmq::message_t& frame = count < kMaxFrames ? impl_->frames[count].message : surplus;
      if (!impl_->socket.recv(frame, zmq::recv_flags::dontwait)) break;
      more = frame.more();
      if (count < kMaxFrames) {
        impl_->views[count] = impl_->frames[count].bytes();
        ++count;
      }
    }
    return std::span(impl_->views).first(count);
  } catch (const zmq::error_t& error) {
    fail(error, "receive from a stream endpoint");
  }
}

std::optional<ClientSocket::LinkEvent> ClientSocket::link_event() {
  try {
    for (;;) {
      zmq::message_t event;
      if (!impl_->monitor.recv(event, zmq::recv_flags::dontwait)) return std::nullopt;
      zmq::message_t endpoint;
      static_cast<void>(impl_->monitor.recv(endpoint, zmq::recv_flags::dontwait));
      std::uint16_t number = 0;
      if (event.size() < sizeof number) continue;
      std::memcpy(&number, event.data(), sizeof number);
      if (const auto known = link_event_of(number)) return known;
    }
  } catch (const zmq::error_t& error) {
    fail(error, "look after a link");
  }
}

void ClientSocket::linger(std::chrono::milliseconds time) {
  impl_->socket.set(zmq::sockopt::linger, static_cast<int>(time.count()));
}

void ClientSocket::wait(std::span<ClientSocket* const> sockets, int fd,
                        std::chrono::nanoseconds timeout) {
  std::vector<zmq::pollitem_t> items{{nullptr, fd, ZMQ_POLLIN, 0}};
  for (ClientSocket* socket : sockets) {
    items.push_back({socket->impl_->socket.handle(), 0, ZMQ_POLLIN, 0});
    items.push_back({socket->impl_->monitor.handle(), 0, ZMQ_POLLIN, 0});
  }
  // Rounded up: to wake before something is due would spin until it is.
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  try {
    zmq::poll(items, std::clamp(whole, std::chrono::milliseconds(0),
                                std::chrono::milliseconds(std::chrono::hours(1))));
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) fail(error, "wait for a stream endpoint");
  }
}

}  // namespace hookwire

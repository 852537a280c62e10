#include "live_client_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <zmq.hpp>

#include "hookwire/base/error.h"
#include "hookwire/record/record.h"

namespace hookwire {
namespace {

constexpr int kLiveReconnectMs = 50;  // doubled up to the most
constexpr int kReconnectMostMs = 5000;
constexpr int kHeartbeatMs = 5000;
constexpr int kHeartbeatTimeoutMs = 15000;

}  // namespace

class LiveClientSocket::Impl {
 public:
  zmq::context_t context{1};
  zmq::socket_t socket{context, zmq::socket_type::sub};
  std::string topic;
  std::vector<std::uint64_t> record;  // whatever is received lies anywhere: here it is aligned
};

LiveClientSocket::LiveClientSocket(const std::string& endpoint,
                                   const std::vector<std::string>& prefixes) {
  try {
    impl_ = std::make_unique<Impl>();
    zmq::socket_t& socket = impl_->socket;
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvhwm, kReceiveQueue);
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(kBlockBytes));
    socket.set(zmq::sockopt::reconnect_ivl, kLiveReconnectMs);
    socket.set(zmq::sockopt::reconnect_ivl_max, kReconnectMostMs);
    socket.set(zmq::sockopt::heartbeat_ivl, kHeartbeatMs);
    socket.set(zmq::sockopt::heartbeat_timeout, kHeartbeatTimeoutMs);
    socket.set(zmq::sockopt::ipv6, true);
    for (const std::string& prefix : prefixes) socket.set(zmq::sockopt::subscribe, prefix);
    socket.connect(endpoint);
  } catch (const zmq::error_t& error) {
    throw IoError(error.num(), "listen to " + endpoint);
  }
}

LiveClientSocket::~LiveClientSocket() = default;

bool LiveClientSocket::receive(Message& message) {
  try {
    zmq::message_t part;
    if (!impl_->socket.recv(part, zmq::recv_flags::dontwait)) return false;
    impl_->topic.assign(static_cast<const char*>(part.data()), part.size());
    std::size_t record_bytes = 0;
    int frames = 1;
    while (part.more() && impl_->socket.recv(part, zmq::recv_flags::dontwait)) {
      if (++frames != 2) continue;
      record_bytes = part.size();
      impl_->record.resize(record_bytes / sizeof(std::uint64_t) + 1);
      std::memcpy(impl_->record.data(), part.data(), record_bytes);
    }
    message = {.sound = frames == 2,
               .topic = impl_->topic,
               .record = std::as_bytes(std::span(impl_->record)).first(record_bytes)};
    return true;
  } catch (const zmq::error_t& error) {
    throw IoError(error.num(), "receive from a live endpoint");
  }
}

void LiveClientSocket::wait(std::span<LiveClientSocket* const> sockets, int fd,
                            std::chrono::nanoseconds timeout) {
  std::vector<zmq::pollitem_t> items{{nullptr, fd, ZMQ_POLLIN, 0}};
  for (LiveClientSocket* socket : sockets) {
    items.push_back({socket->impl_->socket.handle(), 0, ZMQ_POLLIN, 0});
  }
  // Rounded up: to wake before something is due would spin until it is.
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  try {
    zmq::poll(items, std::clamp(whole, std::chrono::milliseconds(0),
                                std::chrono::milliseconds(std::chrono::hours(1))));
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) throw IoError(error.num(), "wait for a live endpoint");
  }
}

}  // namespace hookwire

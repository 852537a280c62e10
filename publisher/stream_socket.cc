#include "stream_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <zmq.hpp>

#include "hookwire/base/error.h"

#include "bind_socket.h"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace hookwire {
namespace {

namespace option = zmq::sockopt;

// ZeroMQ hands a message from thread to thread with a synchronisation of its own, which
// ThreadSanitizer cannot see.
#if defined(__SANITIZE_THREAD__)
void note_handed_over(void* held) {
  __tsan_release(held);
}
void note_taken_over(void* held) {
  __tsan_acquire(held);
}
#else
void note_handed_over(void* /*held*/) {}
void note_taken_over(void* /*held*/) {}
#endif

/// Gives back what a message held. Runs in ZeroMQ's thread.
void release(void* /*data*/, void* hint) {
  note_taken_over(hint);
  StreamBufferRef::adopt(static_cast<StreamBuffer*>(hint)).reset();
}

zmq::message_t make_message(const StreamBytes& records) {
  const std::span<const std::byte> bytes = records.bytes;
  if (bytes.size() <= StreamSocket::kCopyBytes) return {bytes.data(), bytes.size()};
  StreamBufferRef reference = records.buffer;
  StreamBuffer* const held = std::move(reference).detach();
  note_handed_over(held);
  return {const_cast<std::byte*>(bytes.data()), bytes.size(), &release, held};
}

}  // namespace

class StreamSocket::Impl {
 public:
  zmq::context_t context{1};
  zmq::socket_t socket{context, zmq::socket_type::router};
};

StreamSocket::StreamSocket(const std::string& endpoint) {
  try {
    impl_ = std::make_unique<Impl>();
    impl_->socket.set(option::router_mandatory, true);
    set_bounds(impl_->socket, kStreamSocketBounds);
    bind_socket(impl_->socket, endpoint, "stream");
  } catch (const zmq::error_t& error) {
    throw IoError(error.num(), "make the stream's socket");
  }
}

StreamSocket::~StreamSocket() {
  close(std::chrono::nanoseconds(0));
}

bool StreamSocket::receive(IncomingRequest& request) {
  zmq::message_t part;
  if (!impl_->socket.recv(part, zmq::recv_flags::dontwait)) return false;
  request.peer.assign(static_cast<const char*>(part.data()), part.size());
  request.frame.clear();
  int frames = 0;
  while (part.more() && impl_->socket.recv(part, zmq::recv_flags::dontwait)) {
    if (frames++ > 0) continue;
    const auto* const bytes = static_cast<const std::byte*>(part.data());
    request.frame.assign(bytes, bytes + part.size());
  }
  request.whole = frames == 1;
  return true;
}

StreamSend StreamSocket::send(const std::string& peer, std::span<const std::byte> reply,
                              const StreamBytes* records) {
  constexpr auto kMore = zmq::send_flags::dontwait | zmq::send_flags::sndmore;
  zmq::socket_t& socket = impl_->socket;
  // The peer's name is refused when there is no such peer or its queue is full. Once it is taken
  // the message's other frames are, too.
  while (zmq_send(socket.handle(), peer.data(), peer.size(), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
    if (errno == EAGAIN) return StreamSend::would_block;
    if (errno == EHOSTUNREACH) return StreamSend::gone;
    if (errno != EINTR) throw IoError(errno, "send on the stream's socket");
  }
  zmq::message_t first(reply.data(), reply.size());
  socket.send(first, records != nullptr ? kMore : zmq::send_flags::dontwait);
  if (records == nullptr) return StreamSend::sent;
  zmq::message_t second = make_message(*records);
  socket.send(second, zmq::send_flags::dontwait);
  return StreamSend::sent;
}

void StreamSocket::wait(int wake_fd, std::chrono::nanoseconds at_most) {
  std::array<zmq::pollitem_t, 2> items{
      {{impl_->socket.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_fd, ZMQ_POLLIN, 0}}};
  const auto count = wake_fd >= 0 ? 2 : 1;
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(at_most);
  // A signal ends the wait early, which is no harm.
  zmq_poll(items.data(), count, static_cast<long>(std::max<std::int64_t>(timeout.count(), 0)));
}

std::string StreamSocket::endpoint() const {
  return impl_->socket.get(option::last_endpoint);
}

SocketBounds StreamSocket::bounds() const {
  return bounds_of(impl_->socket);
}

void StreamSocket::close(std::chrono::nanoseconds linger) noexcept {
  if (!impl_) return;
  set_linger(impl_->socket, linger);
  impl_.reset();  // closes the socket; the end of the context waits for what lingers
}

}  // namespace hookwire

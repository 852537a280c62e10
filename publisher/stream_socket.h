#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "socket_bounds.h"
#include "stream_transport.h"

namespace hookwire {

inline constexpr SocketBounds kStreamSocketBounds{
    // Requests above kMaxRequestBytes and up to this are answered with too_large.
    .max_message_bytes = 8192,
    // With batches of 64 KiB at most a peer that does not read holds 4 MiB here, however much
    // credit it gives; small batches are copied and hold what they are.
    .send_queue = 64,
    .receive_queue = 64};

/// The stream protocol's transport over a ZeroMQ ROUTER. May be made in one thread and used in
/// another; confined to one thread at a time.
class StreamSocket final : public StreamTransport {
 public:
  /// Batches up to this size are copied into their message, so that small ones do not hold a whole
  /// buffer while they are queued.
  static constexpr std::size_t kCopyBytes = 4096;

  /// Binds. Throws Error: busy when the address is in use, configuration when the machine has no
  /// such address, IoError.
  explicit StreamSocket(const std::string& endpoint);
  /// Closes without linger.
  ~StreamSocket() override;

  bool receive(IncomingRequest& request) override;
  StreamSend send(const std::string& peer, std::span<const std::byte> reply,
                  const StreamBytes* records) override;

  /// Returns when a request is there, `wake_fd` (if not negative) is readable, or after `at_most`.
  void wait(int wake_fd, std::chrono::nanoseconds at_most);

  /// Where it is bound, with the port that was chosen.
  std::string endpoint() const;
  SocketBounds bounds() const;

  /// Closes, and waits for `linger` at most until what was sent is in the network's hands. An ipc
  /// socket's file stays. Once closed, nothing but close() and the destructor may be called.
  void close(std::chrono::nanoseconds linger) noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire

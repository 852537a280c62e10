#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hookwire {

/// The ZeroMQ context of one subscriber: one input/output thread. Outlives its sockets.
class ClientContext {
 public:
  /// Throws IoError.
  ClientContext();
  ~ClientContext();
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;

 private:
  friend class ClientSocket;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// One link to a stream endpoint: a DEALER that connects once and never again, so that a session
/// lives and dies with it. Confined to one thread.
class ClientSocket {
 public:
  /// What happened to the link.
  struct LinkEvent {
    bool up = false;     ///< It stands; false: it is lost or could not be made.
    std::string reason;  ///< A sentence, when lost.
  };

  /// Begins to connect. Throws IoError when the system has no sockets left, or when ZeroMQ refuses
  /// the endpoint.
  ClientSocket(ClientContext& context, const std::string& endpoint);
  /// Drops what was not sent, except after linger().
  ~ClientSocket();
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  /// Puts a request of one frame into the queue; false when it is full.
  bool send(std::span<const std::byte> request);
  /// The frames of the next message, each aligned to 8 bytes, valid until the next call; empty when
  /// there is none. A message of more than three frames is cut to three.
  std::span<const std::span<const std::byte>> receive();
  /// What happened to the link since the last call; nothing when nothing did.
  std::optional<LinkEvent> link_event();
  /// Gives what is queued this long to leave when the socket is destroyed.
  void linger(std::chrono::milliseconds time);

  /// Waits until one of `sockets` has a message or a link event, `fd` is readable, or `timeout` is
  /// over.
  static void wait(std::span<ClientSocket* const> sockets, int fd,
                   std::chrono::nanoseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hookwire {

/// A SUB that is connected to one live endpoint, and again by itself whenever the connection is
/// lost. Has a context, and so a thread, of its own. Confined to one thread.
class LiveClientSocket {
 public:
  /// Messages kept for a caller that does not ask; what comes then waits at the publisher.
  static constexpr int kReceiveQueue = 1000;

  /// Begins to connect and subscribes `prefixes`. Throws IoError.
  LiveClientSocket(const std::string& endpoint, const std::vector<std::string>& prefixes);
  ~LiveClientSocket();

  /// The next message's frames; none when none is there. `sound` says that there were two. Views
  /// live until the next call.
  struct Message {
    bool sound = false;
    std::string_view topic;
    std::span<const std::byte> record;  ///< Aligned to 8 bytes.
  };
  bool receive(Message& message);

  /// Waits until one of `sockets` has a message, `fd` is readable, or `timeout` is over.
  static void wait(std::span<LiveClientSocket* const> sockets, int fd,
                   std::chrono::nanoseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire

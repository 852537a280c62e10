#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "stream_buffer.h"

namespace hookwire {

/// One request as it came in. Kept and reused by who receives.
struct IncomingRequest {
  std::string peer;              ///< The transport's name of the sender: opaque bytes.
  std::vector<std::byte> frame;  ///< The first frame.
  bool whole = true;             ///< False when more frames followed, which no request has.
};

/// What became of a reply.
enum class StreamSend {
  sent,         ///< The transport has it and will deliver it if the peer lives.
  would_block,  ///< The peer's queue is full; nothing was taken.
  gone,         ///< There is no such peer any more.
};

/// Where requests come from and replies go to. Never waits. Confined to the thread that steps the
/// server.
class StreamTransport {
 public:
  virtual ~StreamTransport() = default;

  /// Takes the next request that has arrived; false when there is none.
  virtual bool receive(IncomingRequest& request) = 0;

  /// Sends `reply` to `peer`, with `records` as the second frame unless it is null.
  virtual StreamSend send(const std::string& peer, std::span<const std::byte> reply,
                          const StreamBytes* records) = 0;
};

}  // namespace hookwire

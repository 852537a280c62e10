#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hookwire {

/// What a listener asked for or gave up.
struct LiveSubscription {
  bool begins = true;
  std::string prefix;
};

/// What carries a live feed's messages to its listeners. Confined to one thread at a time.
class LiveTransport {
 public:
  virtual ~LiveTransport() = default;

  /// The next subscription that came; nothing when none is there. A prefix comes each time somebody
  /// asks for it. What is given up means nothing: also what nobody held is.
  virtual std::optional<LiveSubscription> receive() = 0;
  /// Sends a record to whoever subscribed a prefix of its topic and has room for it; others lose
  /// it.
  virtual void send(std::string_view topic, std::span<const std::byte> record) noexcept = 0;
  /// Ends every connection and takes no new one until open().
  virtual void close() noexcept = 0;
  /// Takes connections again. Throws Error as binding does.
  virtual void open() = 0;
};

}  // namespace hookwire

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/publisher/relay.h"

#pragma GCC visibility push(default)
namespace hookwire {

struct LiveOptions {
  std::string publisher;  ///< host@backend
  std::filesystem::path journal_folder;
  EndpointOptions live;
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(1);
};

/// What a live feed did since it was made.
struct LiveStatus {
  std::uint64_t through = 0;         ///< The sequence through which everything was sent.
  std::uint64_t sent_records = 0;    ///< Each once, however many listened.
  std::uint64_t unread = 0;          ///< Sequences that could not be read.
  std::uint64_t prefixes = 0;        ///< Different ones that were asked for.
  std::uint64_t disconnections = 0;  ///< Times that everybody was, for too many prefixes.
};

/// Sends a journal's records, from the end it has when this is made, to whoever subscribed their
/// topics on a socket of its own. Best effort: nobody is waited for. Knows nothing but the
/// journal's folder, which it looks into every 5 ms; owns the thread "hw-live" and the socket in
/// it, so that no listener holds up a caller or the relay. Thread-safe.
class Live {
 public:
  /// Binds at once. Throws Error: busy when the endpoint is in use (says by whom where that is
  /// known), configuration for an endpoint that is malformed or not allowed, IoError.
  Live(FileSystem& file_system, const Clock& clock, Log& log, LiveOptions options);
  /// Stops.
  ~Live();

  void start();
  /// Lets the thread send what there is, a last heartbeat, and close; returns at once.
  void begin_stop();
  /// Waits until that is done: half a second, unless listeners flood it with subscriptions. Stopped
  /// for good.
  void stop();

  /// At most 100 ms old while it runs.
  LiveStatus status() const;

  /// Where listeners connect: the endpoint that was asked for, with the port that was chosen when
  /// it said tcp port 0.
  std::string endpoint() const;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/publisher/live.h"
#include "hookwire/schemas/live_message.h"

#include "live_transport.h"

namespace hookwire {

/// What a live feed needs to know of its publisher.
struct LiveFeedOptions {
  std::string publisher;  ///< host@backend
  std::filesystem::path journal_folder;
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(1);
};

/// Follows a journal from its end on and sends each record to a transport, with a heartbeat each
/// second, at once when somebody subscribes it, and behind whatever cannot be read. Sends also
/// while nobody listens, so that what it counted stays true. Knows no socket and no thread.
/// Confined to one thread at a time.
class LiveFeed {
 public:
  /// The different prefixes that all listeners together may ask for since the transport opened.
  /// With more, everybody is disconnected: the transport cannot say whose they are, or which are
  /// still held.
  static constexpr std::size_t kMaxPrefixes = 4096;
  /// How long nobody is let in then.
  static constexpr std::chrono::nanoseconds kClosedFor = std::chrono::seconds(1);
  /// Heartbeats for new listeners come no closer than this to each other.
  static constexpr std::chrono::nanoseconds kWelcomeInterval = std::chrono::milliseconds(50);

  /// The references must outlive the feed. Throws as JournalReader does.
  LiveFeed(FileSystem& file_system, const Clock& clock, Log& log, LiveTransport& transport,
           LiveFeedOptions options);

  /// Takes kSubscriptionsPerStep subscriptions at most, sends the records of one block at most and
  /// a heartbeat when it is due; returns whether there may be more to do at once. Throws IoError.
  bool step();
  /// Sends a heartbeat now. Throws IoError.
  void tell_heartbeat();

  LiveStatus status() const;

 private:
  static constexpr int kSubscriptionsPerStep = 256;

  bool take_subscriptions(std::int64_t now_ns);
  void refuse_flood(std::int64_t now_ns);
  bool send_chunk();
  void count(std::string_view topic);
  std::uint64_t through() const noexcept { return reader_.position() - 1; }

  const Clock& clock_;
  Log& log_;
  LiveTransport& transport_;
  const LiveFeedOptions options_;
  const std::string heartbeat_topic_;
  JournalReader reader_;
  LiveHeartbeat said_;  // what does not change from one heartbeat to the next, and the sums
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::set<std::string, std::less<>> prefixes_;  // asked for since the transport opened
  std::int64_t heartbeat_due_ns_ = 0;
  std::int64_t heartbeat_ns_ = 0;  // when the last one was sent
  std::int64_t open_at_ns_ = 0;    // after a flood; 0: open
  LiveStatus status_;
};

}  // namespace hookwire

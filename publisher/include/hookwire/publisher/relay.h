#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/doorbell.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

#pragma GCC visibility push(default)
namespace hookwire {

struct StatusReport;

/// What a relay allows its clients. Every refusal is an error message to that client and a count.
struct StreamLimits {
  std::size_t sessions = 64;
  std::uint32_t requests_per_second = 100;  ///< Per session; the same again as a burst.
  /// A session that sends nothing for this long is over.
  std::chrono::nanoseconds silence = std::chrono::seconds(30);
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(1);
};

/// Where a socket is bound and who may connect.
struct EndpointOptions {
  /// ipc://PATH or tcp://ADDRESS:PORT. An ipc socket gets mode 0600 in a folder of mode 0700,
  /// made when absent (its parent must exist).
  std::string endpoint;
  /// A group's name: the socket gets 0660 and the folder 0750, both of that group. Empty: none.
  std::string group{};
  /// Allows tcp endpoints that are not loopback: anybody who reaches them reads every event.
  bool insecure_transport = false;
};

/// For whom history is held beyond what else would be kept.
struct RetainedHistory {
  std::vector<std::string> names{};  ///< Subscribers, 16 at most.
  std::uint64_t bytes = 0;           ///< journal_retain_size; 0: sizes do not matter.
};

struct RelayOptions {
  std::string publisher;  ///< host@backend
  std::filesystem::path journal_folder;
  EndpointOptions stream;
  StreamLimits limits{};
  /// Of these names the cursors have a place and a status from the start.
  RetainedHistory retained{};
  /// Adds to a report that a client asked for what the relay does not know. Called in its thread:
  /// be quick.
  std::function<void(StatusReport&)> describe{};
};

/// One connected client, for status.
struct SessionStatus {
  std::uint64_t session = 0;
  std::string name;
  std::uint64_t position = 0;  ///< The next sequence it gets.
  std::uint64_t acknowledged = 0;
  std::uint64_t sent_records = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t lag = 0;          ///< Records that it was not sent yet.
  std::uint64_t gap_records = 0;  ///< That it was told it does not get.
};

/// What a named client acknowledged, connected or not. One in retain_for that never came is there,
/// too, and lacks everything.
struct CursorStatus {
  std::string name;
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;  ///< 0: nothing yet.
  std::uint64_t lag = 0;       ///< Records appended since, or, of an older epoch, in place of it.
  bool connected = false;
  bool passed = false;  ///< Records went before it acknowledged them.
};

struct RelayStatus {
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t refused_requests = 0;
  std::map<std::string, std::uint64_t> refused_by_code;  ///< By the word of the error's code.
  std::uint64_t expired_sessions = 0;
  std::uint64_t displaced_sessions = 0;
  std::vector<SessionStatus> sessions;
  std::vector<CursorStatus> cursors;  ///< By name; 256 at most.
};

/// Tails a journal and serves it on the stream socket. Knows nothing but the journal's folder; owns
/// the thread "hw-relay" and the socket in it. Thread-safe.
class Relay {
 public:
  /// Binds at once. `doorbell`, when given, is rung after each append; without one the journal is
  /// polled.
  /// Throws Error: busy when the endpoint is in use (says by whom where that is known),
  /// configuration for an endpoint that is malformed or not allowed, IoError.
  Relay(FileSystem& file_system, const Clock& clock, Log& log, RelayOptions options,
        Doorbell* doorbell = nullptr);
  /// Stops without grace.
  ~Relay();

  void start();
  /// Sends what clients still lack, for `grace` at most, tells them that the publisher closes, and
  /// ends the thread. A client that has everything is not waited for. Stopped for good.
  void stop(std::chrono::nanoseconds grace);

  /// What it did and for whom, at most 50 ms old while it serves clients, else a second.
  RelayStatus status() const;

  /// Where clients connect: the endpoint that was asked for, with the port that was chosen when it
  /// said tcp port 0.
  std::string endpoint() const;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

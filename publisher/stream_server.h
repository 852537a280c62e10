#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/schemas/stream_message.h"

#include "absent_readers.h"
#include "replay_pace.h"
#include "report_allowance.h"
#include "stream_cursors.h"
#include "stream_reader.h"
#include "stream_session.h"
#include "stream_strangers.h"
#include "stream_transport.h"

namespace hookwire {

/// What a stream server serves, and how much of it.
struct StreamServerOptions {
  std::string publisher;
  std::filesystem::path journal_folder;
  StreamLimits limits;
  RetainedHistory retained{};
  std::function<void(StatusReport&)> describe{};  ///< As RelayOptions::describe.
};

/// The publisher's side of the stream protocol (stream_message.h), one step at a time: takes
/// requests, sends each session what it lacks, keeps the named cursors. Has no thread and no socket
/// of its own and never waits, but for the fsync of the cursors. Thread-compatible.
class StreamServer {
 public:
  /// The most that one step does, so that nobody waits long behind somebody else.
  static constexpr int kRequestsPerStep = 64;
  static constexpr int kChunksPerTurn = 4;
  static constexpr int kChunksBehind = 4;  ///< For all together that are behind the others.
  /// And while one is live, when ReplayPace allows it: a batch keeps a reader busy, and several
  /// readers woken at once can take every core of a small machine.
  static constexpr int kChunksPaced = 1;

  /// The references must outlive the server. Throws as JournalReader does.
  StreamServer(FileSystem& file_system, const Clock& clock, Log& log, StreamTransport& transport,
               StreamBufferPool& buffers, StreamServerOptions options);

  /// Does what there is to do, a bounded share of it; false when there was nothing.
  bool step();
  /// How long nothing needs to be done unless something arrives or is appended. Zero: step now.
  std::chrono::nanoseconds idle_for() const;
  /// The thread that steps woke up `late_ns` after the time that idle_for() named.
  void woke(std::int64_t late_ns) noexcept;
  /// True when somebody behind could be sent more and waits for the pace of replay.
  bool holds_back() const noexcept { return held_back_; }
  /// From now on those behind are served as fast as can be: the end is near.
  void hurry() noexcept { hurry_ = true; }
  /// True when every session was sent everything that the journal holds now.
  bool drained();
  /// Tells every session that this is the end, forgets them, saves the cursors.
  void close();

  RelayStatus status();
  /// What a client that asks gets. Throws IoError.
  StatusReport report();

 private:
  /// A session and, while it stands behind the others, its own reader.
  struct Client {
    StreamSession session;
    std::unique_ptr<StreamReader> reader;
    bool over = false;
    bool live = false;  // it had reached the end, and keeps up since
  };

  bool take_requests();
  void take(const IncomingRequest& request);
  void obey(const std::string& peer, const OpenRequest& request);
  void obey(const std::string& peer, const CreditRequest& request);
  void obey(const std::string& peer, const AckRequest& request);
  void obey(const std::string& peer, const PingRequest& request);
  void obey(const std::string& peer, const CloseRequest& request);
  void obey(const std::string& peer, const StatusRequest& request);
  void send_report(const std::string& peer, std::span<const std::byte> report);
  void refuse(const std::string& peer, StreamError error);

  bool may_open(const std::string& peer, const OpenRequest& request);
  StreamStart resolve(const OpenRequest& request) const;
  void welcome(Client& client, std::uint64_t start);
  void displace(Client& client);

  Client* find_peer(std::string_view peer);
  Client* find_name(std::string_view name);
  /// The session of that number if it is this peer's; refuses otherwise.
  Client* require(const std::string& peer, std::uint64_t session);
  void end(Client& client);

  bool serve_all();
  bool serve_front();
  bool serve_behind();
  void note_live();
  /// What was appended is at hand: for the pace of those behind.
  void note_new();
  /// Does for one client what is due; takes the chunks it sends off `chunks`.
  bool serve(Client& client, int& chunks);
  bool is_behind(const Client& client) const noexcept;
  bool advance(Client& client);
  StreamPosition position();
  /// Makes room for a cursor of that name; false when there is none.
  bool reserve(const std::string& name);
  /// What the journal kept of the records that a cursor stands behind.
  std::uint64_t kept_of(const StreamCursor& cursor);
  std::uint64_t new_session_id();

  FileSystem& file_system_;
  const Clock& clock_;
  Log& log_;
  StreamTransport& transport_;
  StreamBufferPool& buffers_;
  StreamServerOptions options_;
  JournalReader journal_;  // for questions; its position means nothing
  StreamReader feed_;      // of the session that is furthest, and of all that keep up with it
  StreamCursors cursors_;
  AbsentReaders absent_;
  std::map<StreamCursor, std::uint64_t> kept_;  // of cursors of epochs before kept_epoch_
  std::uint32_t kept_epoch_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  StreamStrangers strangers_;
  ReportAllowance reports_;
  IncomingRequest request_;
  std::random_device random_;
  ReplayPace pace_;
  bool paced_ = false;  // somebody is live and somebody is behind
  std::int64_t new_ns_ = std::numeric_limits<std::int64_t>::min() / 2;  // a live one got an event
  bool held_back_ = false;  // somebody behind waits for the pace
  bool hurry_ = false;
  std::size_t behind_turn_ = 0;  // who of those behind is served first
  std::size_t turn_ = 0;         // who is served first, in turn
  std::int64_t resume_ns_ = 0;   // the journal could not be read: not again before this
  std::int64_t now_ns_ = 0;      // when the step at hand began
  RelayStatus counters_;
};

}  // namespace hookwire

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "hookwire/base/log.h"
#include "hookwire/client/sink.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/schemas/stream_message.h"

#include "backoff.h"
#include "feed.h"
#include "session_duties.h"

namespace hookwire {

/// What the clients of one subscriber share. The references outlive them.
struct ClientParts {
  const SubscriberOptions& options;
  Sink& sink;
  CursorStore& cursors;
  Log& log;
  Subscriber::Counters& counters;
  std::map<std::uint64_t, std::string>& journals;  ///< Which endpoint follows which journal.
};

/// One endpoint's side of the stream protocol, without socket, thread or clock: told the time (any
/// clock that only goes forward, in nanoseconds), links and replies, it says when it wants a link
/// and what to send, and hands records to the sink.
///
///   backoff -> connecting -> opening -> streaming     displaced, or a journal followed already:
///      ^___________|____________|___________|         ended
///
/// Confined to the subscriber's thread.
class StreamClient {
 public:
  enum class State { backoff, connecting, opening, streaming, ended };
  using Frame = std::span<const std::byte>;

  /// `instance`: a number by chance, by which the publisher knows this client again.
  StreamClient(std::string endpoint, const ClientParts& parts, std::uint64_t instance);

  /// Does what is due at `now_ns`; to be called at next_turn_ns() and after anything else.
  void turn(std::int64_t now_ns);
  std::int64_t next_turn_ns() const noexcept;

  State state() const noexcept { return state_; }
  /// A new number for each link wanted: a link serves one attempt. 0: none is wanted now.
  std::uint64_t attempt() const noexcept;

  /// The link of this attempt stands; is lost, or could not be made (`reason`).
  void link_up(std::int64_t now_ns);
  void link_down(std::int64_t now_ns, const std::string& reason);
  /// A message came over the link. Frames are aligned to 8 bytes.
  void receive(std::int64_t now_ns, std::span<const Frame> frames);

  /// Requests to send over the link, oldest first; each is returned once.
  std::vector<std::vector<std::byte>> take_requests();

  const Feed& feed() const noexcept { return feed_; }
  /// The sink committed: saves the cursor, acknowledges it, tells when all was caught up with.
  void committed(std::int64_t now_ns);
  /// The sink threw: goes back to what was committed, over a new link.
  void forget_uncommitted(std::int64_t now_ns);
  /// The last requests of a session that is left for good.
  void close();
  bool was_caught_up() const noexcept { return was_caught_up_; }

 private:
  void take(const Welcome& welcome);
  void take(const Batch& batch);
  void take(const StreamGap& gap);
  void take(const RolledBack& rolled_back);
  void take(const Heartbeat& heartbeat);
  void take(const Displaced& displaced);
  void take(const Closing& closing);
  void take(const StreamError& error);
  void take(const StatusPart& part);
  std::uint64_t session_of(const StreamReply& reply) const;

  void send(const StreamRequest& request);
  void send_due(bool all = false);
  void tell_caught_up();
  void progressed();
  void bad_reply(const std::string& what);
  void lose(const std::string& reason);
  void end(const std::string& reason);
  void leave(State state, const std::string& reason);
  bool claim_journal(std::uint64_t journal_id);
  std::int64_t silence_ns() const noexcept;

  ClientParts parts_;
  std::string endpoint_;
  const std::uint64_t instance_;
  Feed feed_;
  Backoff backoff_;
  State state_ = State::backoff;
  std::int64_t now_ns_ = 0;
  std::uint64_t attempt_ = 0;
  std::int64_t retry_ns_ = 0;  // when the pause is over
  std::int64_t heard_ns_ = 0;
  std::vector<std::vector<std::byte>> requests_;
  std::span<const Frame> frames_;  // of the message being taken

  // Of the session.
  std::uint64_t session_ = 0;
  std::int64_t heartbeat_ns_ = 0;
  std::uint64_t target_ = 0;    // caught up once this was handed on
  bool start_pending_ = false;  // what the welcome says of the start is still to come
  bool told_caught_up_ = false;
  SessionDuties duties_;
  std::uint64_t behind_at_ = 0;  // what was expected when a heartbeat said there is more
  int behind_beats_ = 0;
  std::int64_t behind_ns_ = 0;  // when the last of them came

  bool was_caught_up_ = false;
  bool told_connected_ = false;
  std::string told_reason_;
};

}  // namespace hookwire

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/publisher/relay.h"
#include "hookwire/schemas/stream_message.h"

#include "stream_buffer.h"
#include "stream_rate.h"
#include "stream_reader.h"
#include "stream_transport.h"

namespace hookwire {

/// One client's way through the journal: where it stands, what it asked for, what it may still get,
/// and what waits because its queue is full. Thread-compatible.
class StreamSession {
 public:
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

  /// Who it is with, and since when.
  struct Identity {
    std::uint64_t session = 0;
    std::string peer;
    std::int64_t now_ns = 0;
    StreamRate rate;  ///< What it may still ask for.
  };

  /// Begins at the sequence `start`. The references must outlive the session.
  StreamSession(StreamTransport& transport, StreamBufferPool& buffers, Identity identity,
                const OpenRequest& open, std::uint64_t start);

  const std::string& peer() const noexcept { return identity_.peer; }
  const std::string& name() const noexcept { return name_; }
  /// True when `open` is an earlier one of the client that opened this session.
  bool is_later_than(const OpenRequest& open) const noexcept {
    return open.instance != 0 && open.instance == instance_ && open.attempt < attempt_;
  }
  std::uint64_t id() const noexcept { return identity_.session; }
  std::uint64_t position() const noexcept { return position_; }  ///< Read from here on.
  bool waiting() const noexcept { return !outbox_.empty(); }     ///< A reply could not be sent yet.
  std::uint64_t sent_bytes() const noexcept { return sent_bytes_; }
  std::int64_t heard_ns() const noexcept { return heard_ns_; }
  std::int64_t sent_ns() const noexcept { return sent_ns_; }
  std::int64_t retry_ns() const noexcept { return retry_ns_; }
  const StreamRate& rate() const noexcept { return identity_.rate; }
  SessionStatus status() const;

  /// The client sent something; false when it sends too much and is not to be served.
  bool hear(std::int64_t now_ns) noexcept;
  /// These two return the refusal's text, or nothing when the request was taken.
  std::optional<std::string> raise_credit(std::uint64_t credit_bytes);
  std::optional<std::string> acknowledge(const AckRequest& ack);
  /// True when this session was told of `sequence`, so that its cursor may move there.
  bool has_told(std::uint64_t sequence) const noexcept {
    return sequence >= start_ && sequence <= told_;
  }

  /// A reply behind those that wait.
  void queue(const StreamReply& reply) { outbox_.emplace_back(reply, StreamBytes{}); }
  /// Puts the next batch or gap from `reader` into the queue, about sequences below `before`. False
  /// when there is nothing to read or no credit. To be called when nothing waits.
  bool advance(StreamReader& reader, std::uint64_t before = kNoLimit);
  /// Queues what was passed over without a word, then a heartbeat.
  void queue_heartbeat(const StreamPosition& position);
  /// Queues what was passed over without a word, then the end.
  void queue_closing();
  /// Sends what is queued, as far as the peer's queue takes it.
  StreamSend flush(std::int64_t now_ns);

 private:
  struct Reply {
    StreamReply reply;
    StreamBytes records;  // of a batch
  };

  std::uint64_t credit_left() const noexcept { return credit_bytes_ - sent_bytes_; }
  bool matches(std::string_view topic) const noexcept;
  bool send_all(StreamReader& reader, const JournalChunk& chunk, std::uint64_t before);
  bool send_matching(const JournalChunk& chunk, std::uint64_t before);
  void queue_batch(StreamBytes records, std::uint64_t count);
  void queue_coverage();
  void queue_gap(std::uint32_t epoch, std::uint64_t last, std::string_view reason);

  StreamTransport& transport_;
  StreamBufferPool& buffers_;
  Identity identity_;
  std::string name_;
  std::uint64_t instance_;
  std::uint64_t attempt_;
  std::vector<std::string> prefixes_;
  std::uint64_t start_;
  std::uint64_t position_;
  std::uint64_t told_;       // the client knows of everything up to here
  std::uint32_t epoch_ = 0;  // of what was read last
  std::uint64_t acknowledged_ = 0;
  std::uint64_t credit_bytes_;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t sent_records_ = 0;
  std::uint64_t gap_records_ = 0;
  std::int64_t heard_ns_;
  std::int64_t sent_ns_;
  std::int64_t retry_ns_ = 0;
  std::vector<Reply> outbox_;  // a few at most: nothing is read while something waits
};

}  // namespace hookwire

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hookwire/client/sink.h"
#include "hookwire/record/record.h"
#include "hookwire/schemas/stream_message.h"

namespace hookwire {

/// What a session owes its publisher while it streams, and when: credit as it is used, the cursor
/// that was committed, a ping when nothing else was sent. Sends less than the publisher's limit of
/// requests allows. Thread-compatible.
class SessionDuties {
 public:
  /// A session that opened with `credit_bytes` begins.
  void begin(std::uint64_t session, std::uint64_t credit_bytes, std::int64_t heartbeat_ns,
             std::int64_t now_ns);

  /// Records came, and were handed on.
  void received(std::uint64_t bytes) noexcept { received_bytes_ += bytes; }
  /// The sink has everything through `cursor` safe.
  void acknowledge(const Cursor& cursor) noexcept { acknowledge_ = cursor; }
  /// The publisher refused a request, whichever: the credit is said again, a while later.
  void refused(std::int64_t now_ns) noexcept;

  /// When due() has something to say.
  std::int64_t due_ns() const noexcept;
  /// The requests to send now; `all`: also what could wait.
  std::vector<StreamRequest> due(std::int64_t now_ns, bool all = false);

 private:
  // When half of it is left, or too little for a record of the largest size.
  bool wants_credit() const noexcept {
    return received_bytes_ + std::max<std::uint64_t>(credit_bytes_ / 2, kMaxRecordBytes) >=
           granted_bytes_;
  }

  std::uint64_t session_ = 0;
  std::uint64_t credit_bytes_ = 0;
  std::int64_t heartbeat_ns_ = 0;
  std::uint64_t received_bytes_ = 0;
  std::uint64_t granted_bytes_ = 0;
  Cursor acknowledge_;  // sequence 0: nothing to acknowledge
  std::int64_t credit_due_ns_ = 0;
  std::int64_t ack_due_ns_ = 0;
  std::int64_t sent_ns_ = 0;
};

}  // namespace hookwire

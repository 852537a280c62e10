#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/client/live_subscriber.h"
#include "hookwire/client/sink.h"
#include "hookwire/schemas/live_message.h"

namespace hookwire {

/// One live feed as a listener gets it: hands records on, and finds out by sequences and heartbeats
/// what did not come. Knows no socket and no time. Confined to the subscriber's thread.
class LiveOrder {
 public:
  /// The references must outlive this.
  LiveOrder(std::string endpoint, const std::vector<std::string>& topics, Sink& sink,
            LiveSubscriber::Counters& counters);

  /// A message of two frames; `record` is aligned to 8 bytes.
  void message(std::string_view topic, std::span<const std::byte> record);
  /// A message that has another number of frames.
  void bad_message() { ++counters_.bad_messages; }
  /// Nothing came for too long: the next heartbeat is told as a connection.
  void away(const std::string& reason);

  const Source& source() const noexcept { return source_; }
  bool connected() const noexcept { return connected_; }
  /// The sink was given something since the last time.
  bool take_uncommitted() noexcept;

 private:
  void record(const RecordView& record);
  void heartbeat(const RecordView& record);
  /// Something of this journal and epoch came: forgets another journal, undoes an older epoch.
  void enter(const RecordView& record, const LiveHeartbeat* heartbeat);
  /// A record of an epoch of which no heartbeat told yet what survived of the one before.
  bool too_early(const RecordView& record) const noexcept;
  void roll_back_to(std::uint64_t last);
  void look_for_loss(const LiveHeartbeat& heartbeat);
  void tell_gap(std::uint64_t first, std::uint64_t last, std::string reason);
  bool wanted(std::string_view topic) const;

  const std::vector<std::string>& topics_;
  Sink& sink_;
  LiveSubscriber::Counters& counters_;
  Source source_;  // journal_id 0: nothing came yet
  bool connected_ = false;
  bool uncommitted_ = false;
  std::uint64_t had_ = 0;    // the last sequence that was handed on or told; 0: none
  std::uint64_t since_ = 0;  // records handed on since the last heartbeat
  std::optional<LiveHeartbeat> heard_;
};

}  // namespace hookwire

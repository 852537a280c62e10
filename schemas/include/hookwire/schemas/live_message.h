#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The method of a heartbeat's topic: `system/heartbeat/<publisher>`.
inline constexpr std::string_view kHeartbeatMethod = "heartbeat";
/// The most names that a heartbeat counts apart, and the longest.
inline constexpr std::size_t kMaxLiveNames = 256;
inline constexpr std::size_t kMaxLiveNameBytes = 96;

/// What a live feed says of itself each second, so that a listener sees what it did not get. A
/// plain aggregate; docs/wire.md specifies it.
struct LiveHeartbeat {
  /// Records of one `<phase>/<method>` that the feed sent since it began.
  struct Count {
    std::string name;
    std::uint64_t records = 0;
    friend bool operator==(const Count&, const Count&) = default;
  };
  /// The last sequence that survived of an epoch that is over.
  struct EpochEnd {
    std::uint32_t epoch = 0;
    std::uint64_t last = 0;
    friend bool operator==(const EpochEnd&, const EpochEnd&) = default;
  };

  std::uint64_t feed = 0;              ///< Drawn when the feed begins; the counts are of this one.
  std::uint64_t last = 0;              ///< The newest sequence of the journal; 0: none yet.
  std::uint64_t durable = 0;           ///< The newest on stable storage; 0: none is known to be.
  std::uint64_t through = 0;           ///< Everything through it was sent, or counted in `unread`.
  std::uint64_t heartbeat_ms = 0;      ///< The longest time to the next heartbeat.
  std::uint64_t unread = 0;            ///< Sequences that the feed could not read since it began.
  std::string unread_reason{};         ///< Of the last of these.
  std::vector<Count> counts{};         ///< By name, kMaxLiveNames at most.
  std::uint64_t others = 0;            ///< Records whose name is not among the counts.
  std::vector<EpochEnd> epoch_ends{};  ///< The newest first.

  /// Records sent whose topic begins with one of `prefixes`; all of them when there are none. Those
  /// of `others` count only then.
  std::uint64_t sent(const std::vector<std::string>& prefixes, std::string_view publisher) const;

  friend bool operator==(const LiveHeartbeat&, const LiveHeartbeat&) = default;
};

/// `<phase>/<method>` of a topic; the whole of it when it has no such parts. Never throws.
std::string_view live_name(std::string_view topic) noexcept;

/// The whole record of a heartbeat: its sequence is 0, since it is in no journal. Throws Error
/// bad_input when `publisher` cannot stand in a topic.
std::vector<std::byte> encode_heartbeat(const LiveHeartbeat& heartbeat, std::string_view publisher,
                                        std::uint64_t journal_id, std::uint32_t epoch,
                                        std::int64_t time_ns);

/// What a heartbeat's event says; nothing when it is none, or lacks a key. Unknown keys are
/// ignored. Throws nothing but std::bad_alloc.
std::optional<LiveHeartbeat> decode_heartbeat(const Event& event);

}  // namespace hookwire
#pragma GCC visibility pop

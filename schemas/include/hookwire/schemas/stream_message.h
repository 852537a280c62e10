#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)
namespace hookwire {

// The stream protocol, version 1. A client (DEALER) sends requests of one frame: a MessagePack map
// with a "type". The publisher (ROUTER) answers with replies: such a map in the first frame, and
// in a batch the records themselves in the second. Every message after the welcome carries the
// session's number. Types are open, credit, ack, ping, close, status; and welcome, batch, gap,
// rolled_back, heartbeat, displaced, closing, error, status. The other keys are the names of the
// fields below, except that a journal's id is "journal", and that a position's fields stand in the
// map of its reply.

inline constexpr std::uint64_t kStreamVersion = 1;
inline constexpr std::size_t kMaxRequestBytes = 4096;
inline constexpr std::size_t kMaxTopicPrefixes = 16;
inline constexpr std::size_t kMaxTopicPrefixBytes = 256;
inline constexpr std::size_t kMaxNameBytes = 128;
inline constexpr std::uint64_t kMinCreditBytes = 64 * 1024;
inline constexpr std::uint64_t kMaxCreditBytes = 4 * 1024 * 1024;

/// Where a session begins.
struct StreamStart {
  enum class From : std::uint8_t {
    earliest,  ///< The oldest record held.
    latest,    ///< The first record appended from now on.
    sequence,  ///< `sequence`, of the journal and epoch named; both 0: whatever is there.
    time,      ///< The first record not before time_ns.
    cursor,    ///< Behind what this name acknowledged last; `earliest` when it never did.
  };
  From from = From::latest;
  std::uint64_t sequence = 0;
  /// Where the client stood: the identity of the record before `sequence`. With another journal id
  /// the publisher starts at its earliest record; with an older epoch it tells what was rolled
  /// back.
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  std::int64_t time_ns = 0;
  friend bool operator==(const StreamStart&, const StreamStart&) = default;
};

/// The word of a start, as it stands in requests: "earliest", "latest", ... Never throws.
std::string_view to_string(StreamStart::From from) noexcept;

struct OpenRequest {
  std::uint64_t version = kStreamVersion;
  std::string name{};  ///< Durable name, or empty.
  StreamStart start{};
  std::vector<std::string> topics{};  ///< Prefixes; none: every topic.
  std::uint64_t credit_bytes = kMinCreditBytes;
  /// Which client this is, a number that each chooses by chance, and its how many-th open. An open
  /// that the network held back then displaces no later one of the same client. 0: not said.
  std::uint64_t instance = 0;
  std::uint64_t attempt = 0;
};
/// Raises the session's credit: bytes of records the client takes since open, in all.
struct CreditRequest {
  std::uint64_t session = 0;
  std::uint64_t credit_bytes = 0;
};
/// The client's sink has everything through `sequence` safe.
struct AckRequest {
  std::uint64_t session = 0;
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
};
/// The client is alive. Anything it sends says so too.
struct PingRequest {
  std::uint64_t session = 0;
};
struct CloseRequest {
  std::uint64_t session = 0;
};
/// Asks how the publisher is. Needs no session and opens none.
struct StatusRequest {};
using StreamRequest =
    std::variant<OpenRequest, CreditRequest, AckRequest, PingRequest, CloseRequest, StatusRequest>;

/// What the journal holds now; in welcome and heartbeat.
struct StreamPosition {
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;    ///< Oldest sequence held.
  std::uint64_t last = 0;     ///< Newest; 0: none yet.
  std::uint64_t durable = 0;  ///< On stable storage through this one.
};

struct Welcome {
  std::uint64_t version = kStreamVersion;
  std::uint64_t session = 0;
  std::string publisher{};
  std::uint64_t journal_id = 0;
  StreamPosition position{};
  std::uint64_t start = 0;  ///< The first batch, gap or roll-back is about this sequence.
  std::uint64_t heartbeat_ms = 0;
};
/// Sequences first..last are dealt with; those that match the session's topics are in the second
/// frame, whole, in order. The second frame may be empty.
struct Batch {
  std::uint64_t session = 0;
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t count = 0;
};
/// Sequences first..last cannot be had any more.
struct StreamGap {
  std::uint64_t session = 0;
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string reason{};
};
/// The client had seen records of `previous_epoch` behind `last` that did not survive. They keep
/// their identity; the sequences go on from last + 1 in `epoch`.
struct RolledBack {
  std::uint64_t session = 0;
  std::uint32_t previous_epoch = 0;
  std::uint32_t epoch = 0;
  std::uint64_t last = 0;
};
struct Heartbeat {
  std::uint64_t session = 0;
  StreamPosition position{};
};
/// Another client opened a session under the same name; this one is over.
struct Displaced {
  std::uint64_t session = 0;
};
/// The publisher stops; everything through `last` was sent.
struct Closing {
  std::uint64_t session = 0;
  std::uint64_t last = 0;
};
/// A request was refused. Closed list of codes.
struct StreamError {
  enum class Code : std::uint8_t {
    malformed,  ///< Not a request of this protocol.
    too_large,  ///< Above kMaxRequestBytes.
    unknown_type,
    unknown_session,  ///< Expired, displaced or never opened: open again.
    bad_value,        ///< A field out of its range; the message names it.
    version,          ///< A protocol version this publisher does not speak.
    too_many_sessions,
    too_many_requests,
  };
  static constexpr std::size_t kCodes = 8;
  std::uint64_t session = 0;  ///< 0 when it is about none.
  Code code = Code::malformed;
  std::string message{};
};
/// Part `part`, from 1, of `parts` of a report (status.h), whose bytes are in the second frame.
/// They come one behind the other.
struct StatusPart {
  std::uint64_t session = 0;  ///< 0: it is of none.
  std::uint64_t part = 0;
  std::uint64_t parts = 0;
};
using StreamReply = std::variant<Welcome, Batch, StreamGap, RolledBack, Heartbeat, Displaced,
                                 Closing, StreamError, StatusPart>;

/// "malformed", "too_large", ... as it stands in replies. Never throws.
std::string_view to_string(StreamError::Code code) noexcept;

/// A frame's bytes. Throws Error bad_input when the request would exceed a limit above.
std::vector<std::byte> encode_request(const StreamRequest& request);
/// The first frame of a reply, written to the front of `into` (512 bytes are enough for every reply
/// with a publisher of up to 256 bytes; the text of StreamError and StreamGap is cut to fit);
/// returns its bytes, none when it does not fit. Never throws, never allocates.
std::span<const std::byte> encode_reply(const StreamReply& reply,
                                        std::span<std::byte> into) noexcept;

/// A decoded request, or the refusal to answer with. Exactly one is set. Never trusts the bytes;
/// unknown keys are ignored.
struct DecodedRequest {
  std::optional<StreamRequest> request{};
  StreamError refusal{};
};
DecodedRequest decode_request(std::span<const std::byte> frame);

/// A decoded reply, or what is wrong with it. Exactly one is set.
struct DecodedReply {
  std::optional<StreamReply> reply{};
  std::string fault{};
};
DecodedReply decode_reply(std::span<const std::byte> frame);

}  // namespace hookwire
#pragma GCC visibility pop

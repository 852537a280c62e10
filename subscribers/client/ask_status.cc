#include "hookwire/client/ask_status.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "hookwire/base/error.h"
#include "hookwire/schemas/stream_message.h"

#include "client_socket.h"
#include "endpoint_name.h"

namespace hookwire {

namespace {

constexpr std::chrono::milliseconds kLook{100};  // how often a stop is looked for
// Without progress it asks again, later each time: a publisher that stands still is not asked more
// often than it is worth.
constexpr std::int64_t kAskAgainNs = 500'000'000;
constexpr std::int64_t kMostAskAgainNs = 8'000'000'000;
constexpr std::size_t kMaxParts = kMaxStatusBytes / kMaxStatusPartBytes;

// Puts together what comes in parts.
class StatusAnswer {
 public:
  explicit StatusAnswer(const std::string& endpoint) : endpoint_(endpoint) {}

  /// True once it is whole.
  bool take(std::span<const std::span<const std::byte>> frames) {
    const DecodedReply decoded = decode_reply(frames.front());
    if (!decoded.reply) refuse(decoded.fault);
    if (const auto* error = std::get_if<StreamError>(&*decoded.reply)) return take(*error);
    const auto* part = std::get_if<StatusPart>(&*decoded.reply);
    if (part == nullptr || frames.size() != 2) refuse("it is no part of a status");
    if (part->parts > kMaxParts) refuse("it has " + std::to_string(part->parts) + " parts");
    if (frames[1].size() > kMaxStatusPartBytes) refuse("a part of it is too large");
    if (part->part == 1) {
      bytes_.clear();
      taken_ = 0;
    }
    if (part->part != taken_ + 1) return false;  // one was lost: the others are of no use
    ++taken_;
    ++progress_;
    bytes_.insert(bytes_.end(), frames[1].begin(), frames[1].end());
    return taken_ == part->parts;
  }
  /// How often the publisher showed that it is there and heard.
  std::uint64_t progress() const noexcept { return progress_; }

  StatusReport report() const {
    try {
      return decode_status(bytes_);
    } catch (const Error& error) {
      refuse(error.what());
    }
  }

 private:
  bool take(const StreamError& error) {
    if (error.code == StreamError::Code::unknown_type) {
      throw Error(ErrorCode::incompatible, "the publisher at " + endpoint_ +
                                               " does not know how to say how it is: it is older "
                                               "than this program");
    }
    if (error.code != StreamError::Code::too_many_requests) {
      throw Error(ErrorCode::io, "the publisher at " + endpoint_ + " refused: " + error.message);
    }
    ++progress_;
    return false;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorCode::incompatible,
                "the answer of the publisher at " + endpoint_ + " cannot be read: " + why);
  }

  const std::string& endpoint_;
  std::vector<std::byte> bytes_;
  std::uint64_t taken_ = 0;
  std::uint64_t progress_ = 0;
};

}  // namespace

StatusReport ask_status(const Clock& clock, const std::string& endpoint,
                        std::chrono::nanoseconds timeout, const std::stop_token& stop) {
  check_endpoint("stream", endpoint);
  const std::vector<std::byte> request = encode_request(StatusRequest{});
  const std::int64_t give_up_ns = clock.steady_ns() + timeout.count();
  ClientContext context;
  ClientSocket socket(context, endpoint);
  ClientSocket* const sockets[] = {&socket};  // NOLINT(modernize-avoid-c-arrays)
  StatusAnswer answer(endpoint);
  std::int64_t ask_ns = clock.steady_ns();
  std::int64_t pause_ns = kAskAgainNs;
  while (clock.steady_ns() < give_up_ns) {
    if (stop.stop_requested()) throw Error(ErrorCode::closed, "stopped before an answer came");
    if (clock.steady_ns() >= ask_ns && socket.send(request)) {
      ask_ns = clock.steady_ns() + pause_ns;
      pause_ns = std::min(2 * pause_ns, kMostAskAgainNs);
    }
    ClientSocket::wait(sockets, -1, kLook);
    const std::uint64_t before = answer.progress();
    while (true) {
      const auto frames = socket.receive();
      if (frames.empty()) break;
      if (answer.take(frames)) return answer.report();
    }
    if (answer.progress() > before) {
      pause_ns = kAskAgainNs;
      ask_ns = clock.steady_ns() + pause_ns;
    }
    if (const auto link = socket.link_event(); link && !link->up) {
      throw Error(ErrorCode::io,
                  "no publisher could be asked at " + endpoint + ": " + link->reason);
    }
  }
  throw Error(ErrorCode::timed_out, "no answer came from " + endpoint + " within " +
                                        std::to_string(timeout.count() / 1'000'000) + " ms");
}

}  // namespace hookwire

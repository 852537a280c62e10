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
constexpr std::int64_t kAskAgainNs = 500'000'000;
constexpr std::size_t kMaxParts = kMaxStatusBytes / kMaxStatusPartBytes;

// Puts together what comes in parts, and says when to ask again.
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
    if (part->part == 1) {
      bytes_.clear();
      taken_ = 0;
    }
    if (part->part != taken_ + 1) refuse("a part of it is missing");
    ++taken_;
    bytes_.insert(bytes_.end(), frames[1].begin(), frames[1].end());
    return taken_ == part->parts;
  }
  /// Asks to be asked again after a while.
  bool is_put_off() const noexcept { return put_off_; }
  void asked() noexcept { put_off_ = false; }

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
    put_off_ = true;
    return false;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorCode::incompatible,
                "the answer of the publisher at " + endpoint_ + " cannot be read: " + why);
  }

  const std::string& endpoint_;
  std::vector<std::byte> bytes_;
  std::uint64_t taken_ = 0;
  bool put_off_ = false;
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
  bool asked = false;
  while (clock.steady_ns() < give_up_ns) {
    if (stop.stop_requested()) throw Error(ErrorCode::closed, "stopped before an answer came");
    if ((!asked || answer.is_put_off()) && clock.steady_ns() >= ask_ns && socket.send(request)) {
      asked = true;
      answer.asked();
      ask_ns = clock.steady_ns() + kAskAgainNs;
    }
    ClientSocket::wait(sockets, -1, kLook);
    while (true) {
      const auto frames = socket.receive();
      if (frames.empty()) break;
      if (answer.take(frames)) return answer.report();
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

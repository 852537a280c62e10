#include "hookwire/client/subscriber.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "hookwire/base/doorbell.h"
#include "hookwire/base/error.h"
#include "hookwire/base/mutex.h"

#include "client_socket.h"
#include "endpoint_name.h"
#include "memory_cursors.h"
#include "stream_client.h"

namespace hookwire {
namespace {

constexpr int kMessagesPerTurn = 16;  // of one endpoint, until the next has its turn
constexpr std::uint64_t kCommitBytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds kFarewell{200};

std::uint64_t random_instance(std::random_device& random) {
  return (std::uint64_t{random()} << 32) | random() | 1;  // never 0
}

SubscriberOptions checked(SubscriberOptions options) {
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::configuration, what); };
  if (options.endpoints.empty()) refuse("no stream endpoint is given; name at least one");
  std::set<std::string> seen;
  for (const std::string& endpoint : options.endpoints) {
    check_endpoint("stream", endpoint);
    if (!seen.insert(endpoint).second) refuse("stream endpoint " + endpoint + " is given twice");
  }
  if (options.credit_bytes < kMinCreditBytes || options.credit_bytes > kMaxCreditBytes) {
    refuse("credit_bytes is " + std::to_string(options.credit_bytes) + "; expected " +
           std::to_string(kMinCreditBytes) + " to " + std::to_string(kMaxCreditBytes));
  }
  try {
    encode_request(OpenRequest{.version = kStreamVersion,
                               .name = options.name,
                               .start = options.start,
                               .topics = options.topics,
                               .credit_bytes = options.credit_bytes});
  } catch (const Error& error) {
    refuse(error.what());
  }
  return options;
}

}  // namespace

class Subscriber::Impl {
 public:
  Impl(const Clock& clock, Log& log, SubscriberOptions options, Sink& sink, CursorStore* cursors)
      : clock_(clock),
        options_(checked(std::move(options))),
        sink_(sink),
        parts_{options_, sink,      cursors != nullptr ? *cursors : own_cursors_,
               log,      counters_, journals_} {
    std::random_device random;
    for (const std::string& endpoint : options_.endpoints) {
      lines_.push_back(std::make_unique<Line>(endpoint, parts_, random_instance(random)));
    }
  }

  ~Impl() {
    try {
      for (const auto& line : lines_) {
        if (!line->socket) continue;
        line->client.close();
        send_requests(*line);
        line->socket->linger(kFarewell);
      }
    } catch (const std::exception&) {
      // A session that is not closed expires.
    }
  }

  bool step(std::chrono::nanoseconds timeout) {
    try {
      require_one_alive();
      prepare_links();
      wait(timeout);
      const bool worked = receive_all();
      commit_when_due();
      prepare_links();
      publish();
      return worked;
    } catch (...) {
      for (const auto& line : lines_) line->client.forget_uncommitted(clock_.steady_ns());
      throw;
    }
  }

  void finish() {
    at_hand_ = false;
    commit_when_due();
    for (const auto& line : lines_) send_requests(*line);
    publish();
  }

  void request_stop() noexcept {
    stop_.store(true, std::memory_order_release);
    bell_.ring();
  }
  bool take_stop() noexcept { return stop_.exchange(false, std::memory_order_acq_rel); }
  bool stop_requested() const noexcept { return stop_.load(std::memory_order_acquire); }

  bool caught_up() const noexcept { return caught_up_.load(std::memory_order_acquire); }
  Counters counters() const noexcept {
    const std::lock_guard lock(published_mutex_);
    return published_;
  }

 private:
  /// One endpoint with the link of its present attempt.
  struct Line {
    Line(const std::string& name, const ClientParts& parts, std::uint64_t instance)
        : endpoint(name), client(name, parts, instance) {}
    std::string endpoint;
    StreamClient client;
    std::unique_ptr<ClientSocket> socket;
    std::uint64_t attempt = 0;        // that `socket` serves
    std::optional<std::string> lost;  // why the link is down, until that is told
  };

  void require_one_alive() const {
    const bool all_ended = std::all_of(lines_.begin(), lines_.end(), [](const auto& line) {
      return line->client.state() == StreamClient::State::ended;
    });
    if (all_ended) {
      throw Error(ErrorCode::closed,
                  "no endpoint is followed any more: another subscriber has the name \"" +
                      options_.name + "\"; give each subscriber its own");
    }
  }

  void prepare_links() {
    for (const auto& line : lines_) {
      line->client.turn(clock_.steady_ns());
      if (line->attempt != line->client.attempt()) {
        line->socket.reset();
        line->lost.reset();
        line->attempt = line->client.attempt();
        if (line->attempt != 0) connect(*line);
      }
      send_requests(*line);
    }
  }

  void connect(Line& line) {
    try {
      line.socket = std::make_unique<ClientSocket>(context_, line.endpoint);
    } catch (const Error& error) {
      line.attempt = 0;
      line.client.link_down(clock_.steady_ns(), error.what());
    }
  }

  void send_requests(Line& line) {
    for (const std::vector<std::byte>& request : line.client.take_requests()) {
      if (line.socket && !line.socket->send(request)) {
        line.client.link_down(clock_.steady_ns(), "the publisher takes no requests");
        return;
      }
    }
  }

  void wait(std::chrono::nanoseconds timeout) {
    std::int64_t due = std::numeric_limits<std::int64_t>::max();
    std::vector<ClientSocket*> sockets;
    for (const auto& line : lines_) {
      due = std::min(due, line->client.next_turn_ns());
      if (line->socket) sockets.push_back(line->socket.get());
    }
    const std::int64_t left = std::max<std::int64_t>(due - clock_.steady_ns(), 0);
    bell_.prepare();
    const bool at_once = at_hand_ || stop_requested();
    ClientSocket::wait(
        sockets, bell_.fd(),
        at_once ? std::chrono::nanoseconds(0) : std::min(timeout, std::chrono::nanoseconds(left)));
    bell_.awake();
  }

  bool receive_all() {
    bool worked = false;
    at_hand_ = false;
    for (std::size_t n = 0; n < lines_.size(); ++n) {
      Line& line = *lines_[(turn_ + n) % lines_.size()];
      if (line.socket) worked |= receive(line);
    }
    ++turn_;
    return worked;
  }

  bool receive(Line& line) {
    for (int n = 0; n < kMessagesPerTurn; ++n) {
      const auto frames = line.socket->receive();
      if (frames.empty()) {
        if (line.lost) {
          line.client.link_down(clock_.steady_ns(), *line.lost);
          return true;
        }
        const auto event = line.socket->link_event();
        if (!event) return n > 0;
        if (event->up) {
          line.client.link_up(clock_.steady_ns());
        } else {
          line.lost = event->reason;  // told once what came before it was read
        }
        continue;
      }
      line.client.receive(clock_.steady_ns(), frames);
      if (line.client.attempt() != line.attempt) return true;
    }
    at_hand_ = true;
    return true;
  }

  void commit_when_due() {
    std::uint64_t bytes = 0;
    bool any = false;
    for (const auto& line : lines_) {
      bytes += line->client.feed().uncommitted_bytes();
      any = any || line->client.feed().uncommitted();
    }
    if (!any || (at_hand_ && bytes < kCommitBytes)) return;
    sink_.commit();
    for (const auto& line : lines_) line->client.committed(clock_.steady_ns());
  }

  void publish() {
    caught_up_.store(std::all_of(lines_.begin(), lines_.end(),
                                 [](const auto& line) {
                                   return line->client.was_caught_up() ||
                                          line->client.state() == StreamClient::State::ended;
                                 }),
                     std::memory_order_release);
    const std::lock_guard lock(published_mutex_);
    published_ = counters_;
  }

  const Clock& clock_;
  SubscriberOptions options_;
  Sink& sink_;
  MemoryCursors own_cursors_;
  Counters counters_;
  std::map<std::uint64_t, std::string> journals_;
  ClientParts parts_;
  ClientContext context_;  // before the lines: it outlives their sockets
  std::vector<std::unique_ptr<Line>> lines_;
  std::size_t turn_ = 0;
  bool at_hand_ = false;  // messages were left for the next step
  Doorbell bell_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> caught_up_{false};
  mutable Mutex published_mutex_;
  Counters published_;
};

Subscriber::Subscriber(const Clock& clock, Log& log, SubscriberOptions options, Sink& sink,
                       CursorStore* cursors)
    : impl_(std::make_unique<Impl>(clock, log, std::move(options), sink, cursors)) {}

Subscriber::~Subscriber() = default;

void Subscriber::run(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { impl_->request_stop(); });
  while (!impl_->take_stop()) step(std::chrono::hours(1));
  impl_->finish();
}

bool Subscriber::step(std::chrono::nanoseconds timeout) {
  return impl_->step(timeout);
}

void Subscriber::request_stop() noexcept {
  impl_->request_stop();
}

bool Subscriber::caught_up() const noexcept {
  return impl_->caught_up();
}

Subscriber::Counters Subscriber::counters() const noexcept {
  return impl_->counters();
}

}  // namespace hookwire

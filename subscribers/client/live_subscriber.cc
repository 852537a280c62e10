#include "hookwire/client/live_subscriber.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "hookwire/base/doorbell.h"
#include "hookwire/base/error.h"
#include "hookwire/schemas/stream_message.h"

#include "endpoint_name.h"
#include "live_client_socket.h"
#include "live_order.h"

namespace hookwire {
namespace {

constexpr int kLiveMessagesPerTurn = 64;  // of one endpoint, until the next has its turn
constexpr std::int64_t kCommitNs = 100'000'000;
// Of these every listener hears, by a prefix that no method of a driver has.
constexpr char kHeartbeats[] = "system/heartbeat/";

LiveSubscriberOptions checked(LiveSubscriberOptions options) {
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::configuration, what); };
  if (options.endpoints.empty()) refuse("no live endpoint is given; name at least one");
  std::vector<std::string> sorted = options.endpoints;
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& endpoint : sorted) check_endpoint("live", endpoint);
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    refuse("live endpoint " + *twice + " is given twice");
  }
  if (options.topics.size() > kMaxTopicPrefixes) {
    refuse(std::to_string(options.topics.size()) + " topics are given; expected " +
           std::to_string(kMaxTopicPrefixes) + " at most");
  }
  for (const std::string& topic : options.topics) {
    if (topic.empty() || topic.size() > kMaxTopicPrefixBytes) {
      refuse("a topic's prefix of " + std::to_string(topic.size()) + " bytes; expected 1 to " +
             std::to_string(kMaxTopicPrefixBytes));
    }
  }
  return options;
}

}  // namespace

class LiveSubscriber::Impl {
 public:
  Impl(const Clock& clock, LiveSubscriberOptions options, Sink& sink)
      : clock_(clock), options_(checked(std::move(options))), sink_(sink) {
    std::vector<std::string> prefixes = options_.topics;
    prefixes.emplace_back(options_.topics.empty() ? "" : kHeartbeats);
    for (const std::string& endpoint : options_.endpoints) {
      lines_.push_back(std::make_unique<Line>(endpoint, prefixes, *this));
      sockets_.push_back(&lines_.back()->socket);
    }
  }

  bool step(std::chrono::nanoseconds timeout) {
    wait(timeout);
    bool worked = false;
    at_hand_ = false;
    for (const auto& line : lines_) worked |= receive(*line);
    look_for_silence();
    if (!at_hand_ || clock_.steady_ns() - committed_ns_ >= kCommitNs) commit();
    return worked;
  }

  void commit() {
    committed_ns_ = clock_.steady_ns();
    bool any = false;
    for (const auto& line : lines_) any |= line->order.take_uncommitted();
    if (any) sink_.commit();
  }

  void request_stop() noexcept {
    stop_.store(true, std::memory_order_release);
    bell_.ring();
  }
  bool take_stop() noexcept { return stop_.exchange(false, std::memory_order_acq_rel); }
  const Counters& counters() const noexcept { return counters_; }

 private:
  struct Line {
    Line(const std::string& endpoint, const std::vector<std::string>& prefixes, Impl& subscriber)
        : socket(endpoint, prefixes),
          order(endpoint, subscriber.options_.topics, subscriber.sink_, subscriber.counters_),
          heard_ns(subscriber.clock_.steady_ns()) {}
    LiveClientSocket socket;
    LiveOrder order;
    std::int64_t heard_ns;  // when something came last
    bool away = false;      // and that is told
  };

  std::int64_t silent_at(const Line& line) const {
    return line.heard_ns + options_.silence.count();
  }

  void wait(std::chrono::nanoseconds timeout) {
    std::int64_t left = timeout.count();
    const std::int64_t now_ns = clock_.steady_ns();
    for (const auto& line : lines_) {
      if (!line->away) left = std::min(left, silent_at(*line) - now_ns);
    }
    bell_.prepare();
    if (at_hand_ || stop_.load(std::memory_order_acquire)) left = 0;
    LiveClientSocket::wait(sockets_, bell_.fd(),
                           std::chrono::nanoseconds(std::max<std::int64_t>(left, 0)));
    bell_.awake();
  }

  bool receive(Line& line) {
    for (int n = 0; n < kLiveMessagesPerTurn; ++n) {
      LiveClientSocket::Message message;
      if (!line.socket.receive(message)) return n > 0;
      line.heard_ns = clock_.steady_ns();
      line.away = false;
      if (message.sound) {
        line.order.message(message.topic, message.record);
      } else {
        line.order.bad_message();
      }
    }
    at_hand_ = true;
    return true;
  }

  void look_for_silence() {
    const std::int64_t now_ns = clock_.steady_ns();
    for (const auto& line : lines_) {
      if (line->away || now_ns < silent_at(*line)) continue;
      line->away = true;
      line->order.away(
          "nothing came for " +
          std::to_string(std::chrono::ceil<std::chrono::milliseconds>(options_.silence).count()) +
          " ms: nobody answers there, or it is no live endpoint");
    }
  }

  const Clock& clock_;
  const LiveSubscriberOptions options_;
  Sink& sink_;
  Counters counters_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<LiveClientSocket*> sockets_;
  bool at_hand_ = false;  // messages were left for the next step
  std::int64_t committed_ns_ = 0;
  Doorbell bell_;
  std::atomic<bool> stop_{false};
};

LiveSubscriber::LiveSubscriber(const Clock& clock, LiveSubscriberOptions options, Sink& sink)
    : impl_(std::make_unique<Impl>(clock, std::move(options), sink)) {}

LiveSubscriber::~LiveSubscriber() = default;

void LiveSubscriber::run(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { impl_->request_stop(); });
  while (!impl_->take_stop()) step(std::chrono::hours(1));
  impl_->commit();
}

bool LiveSubscriber::step(std::chrono::nanoseconds timeout) {
  return impl_->step(timeout);
}

void LiveSubscriber::request_stop() noexcept {
  impl_->request_stop();
}

LiveSubscriber::Counters LiveSubscriber::counters() const noexcept {
  return impl_->counters();
}

}  // namespace hookwire

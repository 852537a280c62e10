#include "hookwire/publisher/live.h"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/thread_name.h"

#include "endpoint.h"
#include "live_feed.h"
#include "live_socket.h"

namespace hookwire {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kLivePollInterval = milliseconds(5);
constexpr nanoseconds kLiveStatusInterval = milliseconds(50);
constexpr nanoseconds kLivePauseAfterError = std::chrono::seconds(1);
// The end: to send what there is, and to hand it to the network.
constexpr nanoseconds kLastSending = milliseconds(200);
constexpr nanoseconds kLinger = milliseconds(200);

}  // namespace

class Live::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, Log& log, LiveOptions options)
      : clock_(clock),
        log_(log),
        place_(file_system, std::move(options.live)),
        socket_(place_),
        endpoint_(socket_.endpoint()),
        feed_(file_system, clock, log, socket_,
              {.publisher = std::move(options.publisher),
               .journal_folder = std::move(options.journal_folder),
               .heartbeat = options.heartbeat}),
        status_(feed_.status()) {}
  ~Impl() { stop(); }

  void start() {
    const std::lock_guard lock(control_mutex_);
    if (stopped_) throw Error(ErrorCode::closed, "the live feed on " + endpoint_ + " was stopped");
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void begin_stop() {
    const std::lock_guard lock(control_mutex_);
    stopped_ = true;
    thread_.request_stop();
  }

  void stop() {
    const std::lock_guard lock(control_mutex_);
    stopped_ = true;
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    socket_.close();
    place_.release();
  }

  LiveStatus status() const {
    const std::lock_guard lock(status_mutex_);
    return status_;
  }
  const std::string& endpoint() const noexcept { return endpoint_; }
  bool forked() const noexcept { return ::getpid() != owner_; }

 private:
  void run(const std::stop_token& stop) {
    set_thread_name("hw-live");
    while (!stop.stop_requested()) {
      try {
        if (!feed_.step()) socket_.wait(kLivePollInterval);
      } catch (const std::exception& error) {
        log_.error(std::string("the live feed failed and goes on in a second: ") + error.what());
        std::unique_lock lock(pause_mutex_);
        pause_.wait_for(lock, stop, kLivePauseAfterError, [] { return false; });
      }
      if (clock_.steady_ns() - status_ns_ >= kLiveStatusInterval.count()) note_status();
    }
    end();
  }

  void end() {
    const std::int64_t deadline_ns = clock_.steady_ns() + kLastSending.count();
    try {
      while (feed_.step() && clock_.steady_ns() < deadline_ns) {
      }
      feed_.tell_heartbeat();
    } catch (const std::exception& error) {
      log_.error(std::string("the live feed failed while it stopped: ") + error.what());
    }
    note_status();
    socket_.close(kLinger);
  }

  void note_status() {
    const LiveStatus status = feed_.status();
    status_ns_ = clock_.steady_ns();
    const std::lock_guard lock(status_mutex_);
    status_ = status;
  }

  const pid_t owner_ = ::getpid();
  const Clock& clock_;
  Log& log_;
  HeldEndpoint place_;
  LiveSocket socket_;
  const std::string endpoint_;
  LiveFeed feed_;
  std::int64_t status_ns_ = 0;
  std::mutex pause_mutex_;
  std::condition_variable_any pause_;

  mutable std::mutex status_mutex_;
  LiveStatus status_;  // guarded by status_mutex_

  std::mutex control_mutex_;  // start and stop
  bool stopped_ = false;
  std::jthread thread_;  // "hw-live"
};

Live::Live(FileSystem& file_system, const Clock& clock, Log& log, LiveOptions options)
    : impl_(std::make_unique<Impl>(file_system, clock, log, std::move(options))) {}

Live::~Live() {
  // The thread and the socket are the parent's: a forked child leaves them alone.
  if (impl_->forked()) static_cast<void>(impl_.release());
}

void Live::start() {
  impl_->start();
}
void Live::begin_stop() {
  impl_->begin_stop();
}
void Live::stop() {
  impl_->stop();
}
LiveStatus Live::status() const {
  return impl_->status();
}
std::string Live::endpoint() const {
  return impl_->endpoint();
}

}  // namespace hookwire

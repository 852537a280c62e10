#include "hookwire/publisher/relay.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/thread_name.h"

#include "endpoint.h"
#include "stream_server.h"
#include "stream_socket.h"

namespace hookwire {
namespace {

using std::chrono::nanoseconds;

// Without a doorbell the journal is looked at this often.
constexpr nanoseconds kPollInterval = std::chrono::milliseconds(10);
constexpr nanoseconds kStatusInterval = std::chrono::milliseconds(50);
constexpr nanoseconds kPauseAfterError = std::chrono::seconds(1);

}  // namespace

class Relay::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, Log& log, RelayOptions options,
       Doorbell* doorbell);
  ~Impl() { stop(nanoseconds(0)); }

  void start();
  void stop(nanoseconds grace);
  RelayStatus status() const;
  const std::string& endpoint() const noexcept { return endpoint_; }
  bool forked() const noexcept { return ::getpid() != owner_; }

 private:
  void run(const std::stop_token& stop);
  /// One step, or a sleep until there is work, a stop is asked for, or `at_most` has passed.
  void turn(const std::stop_token& stop, nanoseconds at_most);
  void drain();
  void sleep(nanoseconds at_most);
  void note_status();

  const pid_t owner_ = ::getpid();
  const Clock& clock_;
  Log& log_;
  Doorbell* const doorbell_;
  HeldEndpoint place_;
  StreamBufferPool buffers_;  // before the socket, which gives buffers back until it is closed
  StreamSocket socket_;
  const std::string endpoint_;
  StreamServer server_;
  bool status_due_ = true;
  std::int64_t status_ns_ = 0;
  std::atomic<std::int64_t> deadline_ns_{0};  // of the drain; set before the stop is asked for

  mutable std::mutex status_mutex_;
  RelayStatus status_;  // guarded by status_mutex_

  std::mutex control_mutex_;  // start and stop
  bool stopped_ = false;
  std::jthread thread_;  // "hw-relay"
};

Relay::Impl::Impl(FileSystem& file_system, const Clock& clock, Log& log, RelayOptions options,
                  Doorbell* doorbell)
    : clock_(clock),
      log_(log),
      doorbell_(doorbell),
      place_(file_system, options.stream),
      socket_(place_.endpoint()),
      endpoint_(socket_.endpoint()),
      server_(file_system, clock, log, socket_, buffers_,
              {.publisher = std::move(options.publisher),
               .journal_folder = std::move(options.journal_folder),
               .limits = options.limits,
               .retained = std::move(options.retained),
               .describe = std::move(options.describe)}) {
  place_.protect();
  note_status();
}

void Relay::Impl::start() {
  const std::lock_guard lock(control_mutex_);
  if (stopped_) throw Error(ErrorCode::closed, "the relay on " + endpoint_ + " was stopped");
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Relay::Impl::stop(nanoseconds grace) {
  const std::lock_guard lock(control_mutex_);
  if (std::exchange(stopped_, true)) return;
  if (thread_.joinable()) {
    deadline_ns_.store(clock_.steady_ns() + grace.count());
    thread_.request_stop();
    if (doorbell_ != nullptr) doorbell_->ring();
    thread_.join();
  }
  socket_.close(nanoseconds(0));
  place_.release();
}

RelayStatus Relay::Impl::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

void Relay::Impl::run(const std::stop_token& stop) {
  set_thread_name("hw-relay");
  while (!stop.stop_requested()) {
    try {
      turn(stop, kPauseAfterError);
    } catch (const std::exception& error) {
      log_.error(std::string("the relay failed and goes on in a second: ") + error.what());
      socket_.wait(-1, kPauseAfterError);
    }
  }
  try {
    drain();
  } catch (const std::exception& error) {
    log_.error(std::string("the relay failed while it stopped: ") + error.what());
  }
}

void Relay::Impl::turn(const std::stop_token& stop, nanoseconds at_most) {
  bool worked = server_.step();
  if (!worked) {
    if (doorbell_ != nullptr) doorbell_->prepare();
    // Once more, for what was appended or asked before the doorbell was listened to.
    worked = server_.step();
    if (!worked && !stop.stop_requested()) sleep(at_most);
    if (doorbell_ != nullptr) doorbell_->awake();
  }
  status_due_ |= worked;
  if (clock_.steady_ns() - status_ns_ >= kStatusInterval.count()) note_status();
}

void Relay::Impl::sleep(nanoseconds at_most) {
  at_most = std::min(at_most, server_.idle_for());
  if (status_due_) at_most = std::min(at_most, kStatusInterval);
  if (doorbell_ == nullptr) at_most = std::min(at_most, kPollInterval);
  // The socket waits for whole milliseconds.
  const nanoseconds whole = std::chrono::ceil<std::chrono::milliseconds>(at_most);
  const std::int64_t due_ns = clock_.steady_ns() + whole.count();
  socket_.wait(doorbell_ != nullptr ? doorbell_->fd() : -1, at_most);
  server_.woke(clock_.steady_ns() - due_ns);
}

void Relay::Impl::drain() {
  const auto left = [&] { return nanoseconds(deadline_ns_.load() - clock_.steady_ns()); };
  server_.hurry();
  server_.step();
  while (left() > nanoseconds(0) && !server_.drained()) turn({}, left());
  note_status();
  server_.close();
  socket_.close(std::max(left(), nanoseconds(0)));
}

void Relay::Impl::note_status() {
  RelayStatus status = server_.status();
  status_due_ = false;
  status_ns_ = clock_.steady_ns();
  const std::lock_guard lock(status_mutex_);
  status_ = std::move(status);
}

Relay::Relay(FileSystem& file_system, const Clock& clock, Log& log, RelayOptions options,
             Doorbell* doorbell)
    : impl_(std::make_unique<Impl>(file_system, clock, log, std::move(options), doorbell)) {}

Relay::~Relay() {
  // The thread and the socket are the parent's: a forked child leaves them alone.
  if (impl_->forked()) static_cast<void>(impl_.release());
}

void Relay::start() {
  impl_->start();
}
void Relay::stop(nanoseconds grace) {
  impl_->stop(grace);
}
RelayStatus Relay::status() const {
  return impl_->status();
}
std::string Relay::endpoint() const {
  return impl_->endpoint();
}

}  // namespace hookwire

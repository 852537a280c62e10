#include "metrics_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/thread_name.h"

#include "http_pages.h"

namespace hookwire {

using std::chrono::steady_clock;

class MetricsServer::Impl {
 public:
  Impl(Log& log, FileDescriptor listener, std::function<StatusReport()> report,
       std::function<bool()> started)
      : log_(log),
        listener_(std::move(listener)),
        stop_(::eventfd(0, EFD_CLOEXEC)),
        pages_(std::move(report), std::move(started)) {
    if (!stop_.valid()) throw IoError(errno, "make an eventfd");
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    const std::uint64_t one = 1;
    while (::write(stop_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }

 private:
  static constexpr std::chrono::nanoseconds kTurn =
      std::chrono::nanoseconds(std::chrono::seconds(1)) / kConnectionsPerSecond;
  static constexpr std::chrono::milliseconds kPauseAfterError{100};

  void run() {
    set_thread_name("hw-http");
    while (wait(listener_.get(), kForEver)) {
      FileDescriptor socket(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!socket.valid()) {
        // Of no descriptors or memory, say: there may be some later.
        wait(-1, kPauseAfterError);
        continue;
      }
      serve(std::move(socket));
      keep_pace();
    }
  }

  void serve(FileDescriptor socket) {
    try {
      pages_.serve(std::move(socket), stop_.get());
    } catch (const std::exception& error) {
      log_.warning(std::string("a request for metrics failed: ") + error.what());
    }
  }

  // A second's worth of connections at once, then one each turn.
  void keep_pace() {
    const auto now = steady_clock::now();
    next_ = std::max(next_, now - std::chrono::seconds(1)) + kTurn;
    if (next_ > now) wait(-1, next_ - now);
  }

  static constexpr std::chrono::nanoseconds kForEver{-1};
  // False when it is to stop.
  bool wait(int fd, std::chrono::nanoseconds at_most) const {
    std::array<pollfd, 2> waiting{{{stop_.get(), POLLIN, 0}, {fd, POLLIN, 0}}};
    const auto timeout =
        at_most == kForEver
            ? -1
            : static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count());
    ::poll(waiting.data(), waiting.size(), timeout);
    return waiting[0].revents == 0;
  }

  Log& log_;
  const FileDescriptor listener_;
  const FileDescriptor stop_;
  HttpPages pages_;
  steady_clock::time_point next_ = steady_clock::now() - std::chrono::seconds(1);
  std::thread thread_;
};

MetricsServer::MetricsServer(Log& log, FileDescriptor listener,
                             std::function<StatusReport()> report, std::function<bool()> started)
    : impl_(std::make_unique<Impl>(log, std::move(listener), std::move(report),
                                   std::move(started))) {}

MetricsServer::~MetricsServer() = default;

}  // namespace hookwire

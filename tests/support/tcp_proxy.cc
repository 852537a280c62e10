#include "support/tcp_proxy.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <random>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "support/tcp_proxy_flow.h"

namespace hookwire::testing {
namespace {

using Clock = Flow::Clock;

constexpr std::size_t kChunkBytes = 16 * 1024;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

class TcpProxy::Impl {
 public:
  Impl(const ProxyFaults& faults, std::uint64_t seed)
      : random_(seed),
        faults_(faults),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.fd(), raw, size) != 0 || ::listen(listener_.fd(), 64) != 0 ||
        ::getsockname(listener_.fd(), raw, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "listen on 127.0.0.1");
    }
    port = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~Impl() {
    thread_.request_stop();
    ring();
    thread_.join();
    ::close(bell_);
  }

  void ring() const noexcept {
    const std::uint64_t one = 1;
    static_cast<void>(::write(bell_, &one, sizeof one));
  }
  void set_faults(const ProxyFaults& faults) {
    const std::lock_guard lock(mutex_);
    faults_ = faults;
  }
  ProxyFaults faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }
  ProxyCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

  std::uint16_t port = 0;
  std::atomic<std::uint16_t> target{0};
  std::atomic<bool> swallow{false};
  std::atomic<bool> cut_all{false};

 private:
  void count(std::uint64_t ProxyCounts::*what, std::uint64_t by = 1) {
    const std::lock_guard lock(mutex_);
    counts_.*what += by;
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      wait();
      accept_all();
      if (cut_all.exchange(false)) {
        for (Connection& connection : connections_) cut(connection);
      }
      for (Connection& connection : connections_) {
        for (Flow& flow : connection.flows) move(connection, flow);
      }
      connections_.remove_if([](const Connection& connection) { return connection.over; });
    }
  }

  void wait() {
    std::vector<pollfd> polled{{listener_.fd(), POLLIN, 0}, {bell_, POLLIN, 0}};
    const Clock::time_point now = Clock::now();
    Clock::time_point due = now + std::chrono::seconds(1);
    for (const Connection& connection : connections_) {
      for (const Flow& flow : connection.flows) {
        if (flow.resume > now) {
          due = std::min(due, flow.resume);
        } else if (flow.pending.empty()) {
          polled.push_back({flow.from, POLLIN, 0});
        } else {
          polled.push_back({flow.to, POLLOUT, 0});
        }
      }
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    ::poll(polled.data(), polled.size(), static_cast<int>(left.count()));
    std::uint64_t rung = 0;
    static_cast<void>(::read(bell_, &rung, sizeof rung));
  }

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      Socket client(fd);
      Socket behind(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      const sockaddr_in address = loopback(target.load());
      const bool there = ::connect(behind.fd(), reinterpret_cast<const sockaddr*>(&address),
                                   sizeof address) == 0 ||
                         errno == EINPROGRESS;
      count(there ? &ProxyCounts::connections : &ProxyCounts::refused);
      if (!there) continue;
      connections_.emplace_back(std::move(client), std::move(behind), faults(), random_);
    }
  }

  void move(Connection& connection, Flow& flow) {
    if (connection.over || flow.resume > Clock::now()) return;
    if (flow.pending.empty() && !read(connection, flow)) return;
    while (!flow.pending.empty()) {
      const ssize_t sent = ::send(flow.to, flow.pending.data(), flow.pending.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        connection.over = errno != EAGAIN && errno != EINTR;
        return;
      }
      count(&ProxyCounts::bytes, static_cast<std::uint64_t>(sent));
      flow.pending.erase(flow.pending.begin(), flow.pending.begin() + sent);
    }
    if (flow.passed >= flow.cut.at()) cut(connection);
  }

  /// Takes the next bytes, up to the next cut or pause. False when there are none.
  bool read(Connection& connection, Flow& flow) {
    const std::uint64_t next = std::min({flow.cut.at(), flow.delay.at(), flow.stall.at()});
    const std::size_t most = std::min<std::uint64_t>(kChunkBytes, next - flow.passed);
    flow.pending.resize(most);
    const ssize_t got = ::recv(flow.from, flow.pending.data(), most, 0);
    const int why = errno;
    flow.pending.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (got <= 0) {
      connection.over = got == 0 || (why != EAGAIN && why != EINTR);
      if (got < 0 && why == ECONNREFUSED) count(&ProxyCounts::refused);
      return false;
    }
    if (flow.down && swallow.load()) {
      count(&ProxyCounts::swallowed, flow.pending.size());
      flow.pending.clear();
      return false;
    }
    spoil(connection, flow);
    flow.passed += flow.pending.size();
    pause(connection, flow);
    return true;
  }

  void spoil(const Connection& connection, Flow& flow) {
    while (flow.flip.at() < flow.passed + flow.pending.size()) {
      const std::uint64_t at = flow.flip.at();
      flow.flip.plan(at, random_);
      if (at < flow.passed) continue;
      if (at >= connection.faults.flip_not_from && at < connection.faults.flip_not_to) continue;
      char& byte = flow.pending[at - flow.passed];
      byte = static_cast<char>(byte ^ (1 << (random_() % 8)));
      count(&ProxyCounts::flips);
    }
  }

  void pause(const Connection& connection, Flow& flow) {
    if (flow.passed >= flow.delay.at()) {
      const auto most = static_cast<std::uint64_t>(connection.faults.delay_most.count());
      flow.resume = Clock::now() + std::chrono::milliseconds(1 + random_() % most);
      flow.delay.plan(flow.passed, random_);
      count(&ProxyCounts::delays);
    }
    if (flow.passed >= flow.stall.at()) {
      flow.resume = Clock::now() + connection.faults.stall_for;
      flow.stall.plan(flow.passed, random_);
      count(&ProxyCounts::stalls);
    }
  }

  void cut(Connection& connection) {
    if (std::exchange(connection.over, true)) return;
    count(&ProxyCounts::cuts);
  }

  Random random_;  // of the thread, once it runs
  mutable std::mutex mutex_;
  ProxyFaults faults_;  // guarded by mutex_
  ProxyCounts counts_;  // guarded by mutex_
  Socket listener_;
  int bell_;
  std::list<Connection> connections_;
  std::jthread thread_;
};

TcpProxy::TcpProxy(ProxyFaults faults, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(faults, seed)) {}
TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const noexcept {
  return impl_->port;
}
void TcpProxy::set_target(std::uint16_t port) noexcept {
  impl_->target = port;
}
void TcpProxy::set_faults(const ProxyFaults& faults) {
  impl_->set_faults(faults);
}
void TcpProxy::swallow(bool on) noexcept {
  impl_->swallow = on;
}
void TcpProxy::cut_all() noexcept {
  impl_->cut_all = true;
  impl_->ring();
}
ProxyCounts TcpProxy::counts() const {
  return impl_->counts();
}

}  // namespace hookwire::testing

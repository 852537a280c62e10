#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "support/tcp_proxy.h"

// What a proxy knows of the connections that it passes on.

namespace hookwire::testing {

using Random = std::mt19937_64;

/// A socket that is shut down before it is closed: a forked child may hold it, too.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "a proxy's socket");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Socket() {
    if (fd_ < 0) return;
    ::shutdown(fd_, SHUT_RDWR);
    ::close(fd_);
  }
  int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

/// When the next fault of one kind is due, in bytes passed.
class Due {
 public:
  Due(std::uint64_t every, Random& random) : every_(every) { plan(0, random); }
  std::uint64_t at() const noexcept { return at_; }
  void plan(std::uint64_t passed, Random& random) {
    at_ = every_ == 0 ? kNever : passed + 1 + random() % (2 * every_);
  }

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  std::uint64_t every_;
  std::uint64_t at_ = kNever;
};

/// One direction of a connection.
struct Flow {
  using Clock = std::chrono::steady_clock;

  Flow(int from_fd, int to_fd, bool is_down, const ProxyFaults& faults, Random& random)
      : from(from_fd),
        to(to_fd),
        down(is_down),
        delay(faults.delay_every, random),
        cut(faults.cut_every, random),
        stall(faults.stall_every, random),
        flip(faults.flip_every, random) {}

  int from;
  int to;
  bool down;  // from the target to the client
  Due delay, cut, stall, flip;
  std::uint64_t passed = 0;
  Clock::time_point resume{};
  std::vector<char> pending{};
};

struct Connection {
  Connection(Socket from, Socket to, const ProxyFaults& with, Random& random)
      : client(std::move(from)),
        target(std::move(to)),
        faults(with),
        flows{Flow(client.fd(), target.fd(), false, with, random),
              Flow(target.fd(), client.fd(), true, with, random)} {}
  Socket client;
  Socket target;
  ProxyFaults faults;
  std::array<Flow, 2> flows;
  bool over = false;
};

}  // namespace hookwire::testing

#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <utility>

namespace hookwire::testing {

/// Starts and kills processes on behalf of a test that has threads: it forks once, before the test
/// has any, and the fork forks the others. Thread-compatible.
class Nursery {
 public:
  using Role = std::uint32_t;

  /// `live` is what a process of a role does until it is killed; it must not return.
  explicit Nursery(std::function<void(Role)> live) {
    if (::pipe(orders_) != 0 || ::pipe(answers_) != 0) throw std::runtime_error("no pipe is left");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ != 0) return;
    serve(std::move(live));
    ::_exit(0);
  }
  /// Kills what still lives.
  ~Nursery() {
    order(Order::leave, 0);
    ::waitpid(pid_, nullptr, 0);
    for (const int fd : {orders_[0], orders_[1], answers_[0], answers_[1]}) ::close(fd);
  }
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;

  void start(Role role) { order(Order::start, role); }
  /// kill -9; returns once the process is dead. False when it had died before.
  bool kill(Role role) { return order(Order::kill, role) == SIGKILL; }

 private:
  enum class Order : std::uint32_t { start, kill, leave };
  struct Message {
    Order order = Order::leave;
    Role role = 0;
  };

  int order(Order what, Role role) {
    const Message message{what, role};
    int answer = 0;
    if (::write(orders_[1], &message, sizeof message) != sizeof message ||
        ::read(answers_[0], &answer, sizeof answer) != sizeof answer) {
      return -1;
    }
    return answer;
  }

  void serve(const std::function<void(Role)>& live) const {
    ::close(orders_[1]);  // so that the end of the test is the end of the orders
    std::map<Role, pid_t> alive;
    Message message;
    while (::read(orders_[0], &message, sizeof message) == sizeof message) {
      int answer = 0;
      if (message.order == Order::start) {
        const pid_t pid = ::fork();
        if (pid == 0) {
          live(message.role);
          ::_exit(1);
        }
        alive[message.role] = pid;
      } else if (message.order == Order::kill) {
        answer = end(alive.at(message.role));
      } else {
        break;
      }
      static_cast<void>(::write(answers_[1], &answer, sizeof answer));
    }
    for (const auto& [role, pid] : alive) end(pid);
    const int answer = 0;
    static_cast<void>(::write(answers_[1], &answer, sizeof answer));
  }

  /// The signal that ended the process; 0 when it left by itself.
  static int end(pid_t pid) {
    int status = 0;
    ::kill(pid, SIGKILL);
    if (::waitpid(pid, &status, 0) != pid) return 0;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  int orders_[2]{};
  int answers_[2]{};
  pid_t pid_ = 0;
};

}  // namespace hookwire::testing

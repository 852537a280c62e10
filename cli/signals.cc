#include "signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "hookwire/base/error.h"
#include "hookwire/base/thread_name.h"

namespace hookwire {

namespace {

sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
  return signals;
}

int checked(int fd, const char* doing) {
  if (fd < 0) throw IoError(errno, doing);
  return fd;
}

void raise_event(int fd) {
  const std::uint64_t one = 1;
  static_cast<void>(::write(fd, &one, sizeof one));
}

}  // namespace

Signals::Signals() {
  const sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signal_fd_ = checked(::signalfd(-1, &signals, SFD_CLOEXEC), "make a signal descriptor");
  wake_fd_ = checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an event descriptor");
  end_fd_ = checked(::eventfd(0, EFD_CLOEXEC), "make an event descriptor");
  thread_ = std::thread([this] { watch(); });
}

Signals::~Signals() {
  raise_event(end_fd_);
  thread_.join();
  for (int fd : {signal_fd_, wake_fd_, end_fd_}) ::close(fd);
}

bool Signals::take_reload() noexcept {
  // Drained whether or not a reload is asked for: the wake may come behind the request that it is
  // for, when that was taken already. What is asked for later wakes again.
  std::uint64_t drained = 0;
  static_cast<void>(::read(wake_fd_, &drained, sizeof drained));
  if (stop_requested()) raise_event(wake_fd_);  // what was drained may have been its
  return reload_.exchange(false);
}

void Signals::watch() {
  set_thread_name("hw-signals");
  std::array<pollfd, 2> waiting{pollfd{signal_fd_, POLLIN, 0}, pollfd{end_fd_, POLLIN, 0}};
  while (true) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signal_fd_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
    if (info.ssi_signo == SIGHUP) {
      reload_.store(true);
    } else if (!stop_.request_stop()) {
      ::_exit(128 + static_cast<int>(info.ssi_signo));  // asked twice
    }
    raise_event(wake_fd_);
  }
}

}  // namespace hookwire

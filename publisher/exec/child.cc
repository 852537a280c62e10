#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "hookwire/base/error.h"

#ifdef __SANITIZE_THREAD__
// ThreadSanitizer takes every clone() for a fork that copies the memory, and gives up on the
// program for it. The C library has the same function under a name that it does not follow.
extern "C" int __clone(int (*)(void*), void*, int, void*, ...);  // NOLINT
#define clone __clone
#endif

namespace hookwire {

namespace {

constexpr std::size_t kStackBytes = 32 * 1024;
constexpr int kProgramFd = 3;

// What the child leaves behind in the memory that it shares until the program runs.
struct Start {
  const ChildSetup& setup;
  pid_t parent;
  const char* step = nullptr;  // what failed
  int error = 0;
};

// As the kernel defines them, which is not as the C library does.
struct KernelSigaction {
  void* handler = nullptr;  // SIG_DFL
  unsigned long flags = 0;
  void* restorer = nullptr;
  unsigned long mask = 0;
};
constexpr std::size_t kSignalSetBytes = 8;

// Both run in the caller's memory while its thread is stopped: nothing but system calls, and none
// by way of a wrapper that a sanitizer would follow.
#define HOOKWIRE_BARE __attribute__((no_sanitize("address", "thread", "undefined")))

HOOKWIRE_BARE int fail(Start& start, const char* step) {
  start.step = step;
  start.error = errno;
  ::syscall(SYS_exit_group, 127);
  return 127;
}

HOOKWIRE_BARE int run_child(void* argument) {
  Start& start = *static_cast<Start*>(argument);
  const ChildSetup& setup = start.setup;
  if (::syscall(SYS_setsid) < 0) return fail(start, "make a session for");
  // The kernel kills it when the thread that waits for it is gone, and so nobody would.
  if (::syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return fail(start, "tie");
  if (::syscall(SYS_getppid) != start.parent) ::syscall(SYS_exit_group, 127);
  if (setup.cgroup >= 0 && ::syscall(SYS_write, setup.cgroup, "0", 1) < 0) {
    return fail(start, "move to its cgroup");
  }
  if (::syscall(SYS_dup3, setup.input, 0, 0) < 0 || ::syscall(SYS_dup3, setup.output, 1, 0) < 0 ||
      ::syscall(SYS_dup3, setup.errors, 2, 0) < 0 ||
      ::syscall(SYS_dup3, setup.program, kProgramFd, 0) < 0) {
    return fail(start, "give descriptors to");
  }
  if (::syscall(SYS_close_range, kProgramFd + 1, ~0U, 0) < 0) {
    return fail(start, "close descriptors (which needs Linux 5.9) before running");
  }
  if (::syscall(SYS_chdir, "/") < 0) return fail(start, "change to / for");
  // An event must not end up in a core file.
  const rlimit no_core{0, 0};
  if (::syscall(SYS_prlimit64, 0, RLIMIT_CORE, &no_core, nullptr) < 0) return fail(start, "limit");
  const KernelSigaction standard;
  for (int signal = 1; signal <= 64; ++signal) {  // fails for SIGKILL and SIGSTOP, as it should
    ::syscall(SYS_rt_sigaction, signal, &standard, nullptr, kSignalSetBytes);
  }
  const unsigned long none = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kSignalSetBytes);
  ::syscall(SYS_execveat, kProgramFd, "", setup.arguments, setup.environment, AT_EMPTY_PATH);
  return fail(start, "run");
}

#undef HOOKWIRE_BARE

// Keeps signals from this thread while a child shares its memory: a handler must not run there.
class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

// vfork's way, since fork copies the page tables of a service that may hold gigabytes.
std::pair<pid_t, int> start_child(Start& start) {
  alignas(16) std::array<std::byte, kStackBytes> stack;  // grows down
  int pidfd = -1;
  const BlockedSignals blocked;
  const int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  const pid_t pid = ::clone(&run_child, stack.data() + stack.size(), flags, &start, &pidfd);
  return {pid, pidfd};
}

std::string program_of(const ChildSetup& setup) {
  return setup.arguments[0] == nullptr ? "a program" : setup.arguments[0];
}

}  // namespace

Child::Child(const ChildSetup& setup) : pidfd_(-1) {
  Start start{.setup = setup, .parent = ::getpid()};
  const auto [pid, pidfd] = start_child(start);
  if (pid < 0) throw IoError(errno, "make a process for " + program_of(setup));
  pidfd_ = FileDescriptor(pidfd);
  pid_ = pid;
  if (start.step == nullptr) return;
  ::waitid(P_PIDFD, static_cast<id_t>(pidfd), nullptr, WEXITED);
  pid_ = -1;
  throw IoError(start.error, std::string(start.step) + " " + program_of(setup));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  kill_group();
  static_cast<void>(reap(std::chrono::milliseconds(10)));
}

void Child::kill_group() noexcept {
  if (pid_ > 0) ::kill(-pid_, SIGKILL);
}

std::optional<ChildEnd> Child::reap(std::chrono::milliseconds patience) noexcept {
  if (pid_ < 0) return ChildEnd{.known = false};
  pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  while (::poll(&ended, 1, static_cast<int>(patience.count())) < 0 && errno == EINTR) {
  }
  if (ended.revents == 0) return std::nullopt;
  siginfo_t info{};
  const int got = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG);
  pid_ = -1;
  if (got != 0 || info.si_pid == 0) return ChildEnd{.known = false};
  return ChildEnd{.signalled = info.si_code != CLD_EXITED, .number = info.si_status};
}

}  // namespace hookwire

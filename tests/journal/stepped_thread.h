#pragma once

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

#include "hookwire/base/error.h"

namespace hookwire::testing {

/// In the thread of a child process: waits until the process that forked it lets it go on, which
/// it then does instruction by instruction. `id` is told once it waits.
template <class Tell>
void wait_to_be_stepped(Tell&& tell) {
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
    throw IoError(errno, "let a thread be stepped (ptrace)");
  }
  const auto id = static_cast<int>(::syscall(SYS_gettid));
  tell(id);
  ::syscall(SYS_tgkill, ::getpid(), id, SIGSTOP);
}

/// A thread of a child process that waits to be stepped. For the thread that forked the child.
class SteppedThread {
 public:
  explicit SteppedThread(int id) : id_(id) { await(); }

  /// Runs one instruction; false when the thread is gone.
  bool step() {
    if (::ptrace(PTRACE_SINGLESTEP, id_, nullptr, nullptr) != 0) return false;
    return await();
  }

  /// The address of the next instruction.
  std::uintptr_t at() const {
    user_regs_struct registers{};
    iovec into{&registers, sizeof registers};
    if (::ptrace(PTRACE_GETREGSET, id_, NT_PRSTATUS, &into) != 0) return 0;
#if defined(__x86_64__)
    return registers.rip;
#elif defined(__aarch64__)
    return registers.pc;
#endif
  }

  /// After the process was killed: it is not gone before its tracer has taken note.
  void bury() {
    while (await()) {
    }
  }

 private:
  bool await() {
    int status = 0;
    return ::waitpid(id_, &status, __WALL) == id_ && WIFSTOPPED(status);
  }

  const int id_;
};

}  // namespace hookwire::testing

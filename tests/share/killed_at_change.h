#pragma once

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>

#include <gtest/gtest.h>

namespace hookwire::testing {

/// Whether a system call changes what is below a folder; `flags` is its third argument.
inline bool changes_files(std::uint64_t number, std::uint64_t flags) {
  static constexpr std::array kChanging{
#ifdef SYS_rename
      SYS_rename,    SYS_mkdir,    SYS_rmdir,     SYS_unlink,          SYS_chmod,
#endif
      SYS_renameat2, SYS_mkdirat,  SYS_unlinkat,  SYS_pwrite64,        SYS_ftruncate,
      SYS_fchmod,    SYS_fchmodat, SYS_fchown,    SYS_fchownat,        SYS_symlinkat,
      SYS_linkat,    SYS_mknodat,  SYS_utimensat, SYS_copy_file_range, SYS_fsetxattr,
#ifdef SYS_renameat
      SYS_renameat,
#endif
  };
  if (number == SYS_openat) return (flags & O_CREAT) != 0;
  return std::find(kChanging.begin(), kChanging.end(), static_cast<long>(number)) !=
         kChanging.end();
}

/// Which system calls a child is stopped in front of, by number and third argument.
using StopsAt = bool (*)(std::uint64_t number, std::uint64_t flags);

/// A child that makes one call, traced by its parent. Confined to one thread.
class TracedCall {
 public:
  explicit TracedCall(const std::function<void()>& call) : child_(::fork()) {
    if (child_ == 0) run(call);
    if (::waitpid(child_, &status_, 0) != child_ || !WIFSTOPPED(status_)) {
      ADD_FAILURE() << "the child was not stopped: it has to be allowed here to trace a child";
      return;
    }
    constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    ::ptrace(PTRACE_SETOPTIONS, child_, nullptr, kOptions);
    is_stopped_ = true;
  }

  /// Lets it go on to where it would make the `n`-th system call of those, which change files if no
  /// others are given. Returns false when there are fewer: then the call ended.
  bool goes_on_to(std::size_t n, StopsAt stops_at = &changes_files) {
    for (std::size_t seen = 0; is_stopped_;) {
      ::ptrace(PTRACE_SYSCALL, child_, nullptr, nullptr);
      is_stopped_ = ::waitpid(child_, &status_, 0) == child_ && WIFSTOPPED(status_);
      __ptrace_syscall_info info{};
      if (is_stopped_ && WSTOPSIG(status_) == (SIGTRAP | 0x80) &&
          ::ptrace(PTRACE_GET_SYSCALL_INFO, child_, sizeof info, &info) > 0 &&
          info.op == PTRACE_SYSCALL_INFO_ENTRY && stops_at(info.entry.nr, info.entry.args[2]) &&
          ++seen == n) {
        return true;
      }
    }
    return false;
  }

  void kill() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, &status_, 0);
    EXPECT_TRUE(WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL);
  }

  /// Lets it go on to its end. Returns whether the call worked.
  bool works() {
    if (is_stopped_) {
      ::ptrace(PTRACE_DETACH, child_, nullptr, nullptr);
      ::waitpid(child_, &status_, 0);
    }
    EXPECT_TRUE(WIFEXITED(status_)) << "the child died";
    return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
  }

 private:
  [[noreturn]] static void run(const std::function<void()>& call) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
      std::perror("ptrace");
      ::_exit(2);
    }
    ::raise(SIGSTOP);
    try {
      call();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the call failed: %s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }

  pid_t child_;
  int status_ = 0;
  bool is_stopped_ = false;
};

/// Lets a child make `call`, and kills it in front of the `n`-th system call that changes files.
/// Returns false when there are fewer: then the call ended.
inline bool killed_at_change(std::size_t n, const std::function<void()>& call) {
  TracedCall traced(call);
  if (traced.goes_on_to(n)) {
    traced.kill();
    return true;
  }
  EXPECT_TRUE(traced.works()) << "the call failed in the child";
  return false;
}

/// Lets a child make `call`, and does `then` in front of the `n`-th system call that changes files.
/// Returns false when there are fewer. The call may fail.
inline bool changed_meanwhile(std::size_t n, const std::function<void()>& call,
                              const std::function<void()>& then) {
  TracedCall traced(call);
  const bool is_there = traced.goes_on_to(n);
  if (is_there) then();
  traced.works();
  return is_there;
}

}  // namespace hookwire::testing

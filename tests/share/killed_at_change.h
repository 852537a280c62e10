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
      SYS_rename,    SYS_mkdir,     SYS_rmdir,     SYS_unlink,          SYS_chmod,
#endif
      SYS_renameat2, SYS_mkdirat,   SYS_unlinkat,  SYS_pwrite64,        SYS_ftruncate,
      SYS_fchmod,    SYS_fchmodat,  SYS_fchownat,  SYS_symlinkat,       SYS_linkat,
      SYS_mknodat,   SYS_utimensat, SYS_fsetxattr, SYS_copy_file_range,
#ifdef SYS_renameat
      SYS_renameat,
#endif
  };
  if (number == SYS_openat) return (flags & O_CREAT) != 0;
  return std::find(kChanging.begin(), kChanging.end(), static_cast<long>(number)) !=
         kChanging.end();
}

/// Lets a child make `call`, and kills it in front of the `n`-th system call that changes files.
/// Returns false when there are fewer: then the call ended.
inline bool killed_at_change(std::size_t n, const std::function<void()>& call) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    try {
      call();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the call failed: %s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
    ADD_FAILURE() << "the child did not wait";
    return false;
  }
  constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, kOptions);
  for (std::size_t seen = 0;;) {
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) break;
    __ptrace_syscall_info info{};
    if (WSTOPSIG(status) != (SIGTRAP | 0x80) ||
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_files(info.entry.nr, info.entry.args[2]) ||
        ++seen < n) {
      continue;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return true;
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the call failed in the child";
  return false;
}

}  // namespace hookwire::testing

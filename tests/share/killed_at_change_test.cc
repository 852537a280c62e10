#include "share/killed_at_change.h"

#include <sys/prctl.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

namespace hookwire::testing {
namespace {

// From now on this process and its children may not trace.
bool refuse_ptrace() {
  std::array<sock_filter, 4> code{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{.len = code.size(), .filter = code.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(KilledAtChange, SaysThatItMayNotTraceAndDoesNotHang) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!refuse_ptrace()) ::_exit(3);
    ::testing::TestPartResultArray results;
    bool is_killed = true;
    {
      const ::testing::ScopedFakeTestPartResultReporter reporter(
          ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results);
      is_killed = killed_at_change(1, [] {});
    }
    const bool is_said =
        results.size() > 0 &&
        std::string(results.GetTestPartResult(0).message()).find("allowed here to trace") !=
            std::string::npos;
    ::_exit(is_said && !is_killed ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace hookwire::testing

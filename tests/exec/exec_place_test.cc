#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "exec/exec_test.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What of this process a program finds around it: nothing.
using ExecPlace = ExecTest;

TEST_F(ExecPlace, TheEnvironmentIsWhatIsConfiguredAndNothingElse) {
  ASSERT_EQ(::setenv("HOST_SECRET", "leaked", 1), 0);
  install("exec /usr/bin/env > $D/env", "pre", "exec_environment = REGION=north\n");
  call_add();
  ASSERT_EQ(::unsetenv("HOST_SECRET"), 0);
  std::vector<std::string> lines;
  std::ifstream file(in_folder("env"));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("PWD=")) lines.push_back(line);  // the shell's own
  }
  EXPECT_THAT(lines, ::testing::UnorderedElementsAre(
                         "REGION=north", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOOKWIRE_HOOK=run",
                         "HOOKWIRE_PHASE=pre", "HOOKWIRE_METHOD=add",
                         "HOOKWIRE_PROGRAM=" + in_folder("program").string()));
}

TEST_F(ExecPlace, ArgumentsAreGivenAsTheyAreSinceNoShellReadsThem) {
  install(R"(printf '%s\n' "$@" > $D/arguments)", "pre",
          "exec_arguments = $(touch /tmp/x), two words, *\n");
  call_add();
  EXPECT_EQ(read_file("arguments"), "$(touch /tmp/x)\ntwo words\n*\n");
}

TEST_F(ExecPlace, ItHasFourDescriptorsItsOwnSessionAndTheRootFolder) {
  const int leaky = ::fcntl(1, F_DUPFD, 50);  // not close-on-exec, as those of others are
  ASSERT_GE(leaky, 50);
  install(
      "pwd > $D/pwd; cut -d' ' -f5,6 /proc/$$/stat > $D/ids; echo $$ $$ > $D/pids;"
      "readlink /proc/$$/fd/3 > $D/three; exec ls /proc/self/fd > $D/fds",
      "pre");
  call_add();
  ::close(leaky);
  EXPECT_EQ(read_file("fds"), "0\n1\n2\n3\n4\n") << "4 is the folder that ls reads";
  EXPECT_EQ(read_file("three"), in_folder("program").string() + "\n");
  EXPECT_EQ(read_file("pwd"), "/\n");
  EXPECT_EQ(read_file("ids"), read_file("pids")) << "group and session are its own";
}

TEST_F(ExecPlace, SignalsAreAsInAFreshProcess) {
  ::sigset_t usr1;
  ::sigset_t before;
  ::sigemptyset(&usr1);
  ::sigaddset(&usr1, SIGUSR1);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &usr1, &before), 0);
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  install("grep -E 'SigBlk|SigIgn' /proc/self/status > $D/signals", "pre");
  call_add();
  ::signal(SIGPIPE, pipe_before);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  EXPECT_THAT(read_file("signals"), AllOf(HasSubstr("SigBlk:\t0000000000000000"),
                                          HasSubstr("SigIgn:\t0000000000000000")));
}

TEST_F(ExecPlace, AHostWithoutStandardDescriptorsRunsItAllTheSame) {
  install("cat > $D/event; echo reason >&2; exit 1", "pre");
  std::vector<int> kept;
  for (int fd = 0; fd < 3; ++fd) kept.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 20));
  for (int fd = 0; fd < 3; ++fd) ::close(fd);
  const std::string error = raised([&] { call_add(); });
  for (int fd = 0; fd < 3; ++fd) {
    ::dup2(kept[static_cast<std::size_t>(fd)], fd);
    ::close(kept[static_cast<std::size_t>(fd)]);
  }
  EXPECT_EQ(error, "ProgramVeto: reason");
  EXPECT_THAT(read_file("event"), HasSubstr(R"("method":"add")"));
}

}  // namespace
}  // namespace hookwire::testing

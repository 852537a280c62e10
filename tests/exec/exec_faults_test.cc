#include <signal.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "exec/exec_test.h"
#include "support/eventually.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr milliseconds kExecDeadline(300);
// What is promised beyond the deadline, and what a machine that does other things may take.
constexpr milliseconds kPromised(20);
constexpr milliseconds kLoaded(2000);

/// Programs that misbehave. Each leaves its process id, which is its group's too, in `pid`.
class ExecFaults : public ExecTest {
 protected:
  void install_fault(const std::string& script) {
    install("echo $$ > $D/pid\n" + script, "pre, post", "exec_deadline = 300ms\n", kSuppressed);
  }

  /// The processes of the script's group that are not dead. A dead one that init has not waited for
  /// yet runs no more.
  std::vector<std::string> left_behind() const {
    const std::string group = read_file("pid").substr(0, read_file("pid").find('\n'));
    EXPECT_FALSE(group.empty()) << "the program did not run";
    std::vector<std::string> left;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "stat");
      std::string stat;
      if (!std::getline(file, stat)) continue;
      std::istringstream fields(stat.substr(stat.rfind(')') + 1));
      std::string state;
      std::string parent;
      std::string its_group;
      fields >> state >> parent >> its_group;
      if (its_group == group && state != "Z" && state != "X") left.push_back(stat);
    }
    return left;
  }

  /// Calls; each of the two runs may cost the deadline and no more, and leaves no process.
  void expect_harmless(const std::string& what, const std::string& logged,
                       milliseconds allowed = kExecDeadline) {
    const auto begin = steady_clock::now();
    EXPECT_EQ(call_add(), 5) << "a driver's result was changed";
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
    const auto over = (took - 2 * allowed).count() / 2;
    std::printf("exec_hook: %s took %lld ms for two runs, %lld ms a run beyond its %lld ms\n",
                what.c_str(), static_cast<long long>(took.count()), static_cast<long long>(over),
                static_cast<long long>(allowed.count()));
    if (over > kPromised.count()) std::printf("exec_hook: %s: MORE THAN PROMISED\n", what.c_str());
    EXPECT_LT(took, 2 * (allowed + kLoaded));
    EXPECT_EQ(log_.count(logged), 2U) << log_.text();
    EXPECT_TRUE(eventually([&] { return left_behind().empty(); }))
        << ::testing::PrintToString(left_behind());
    EXPECT_EQ(vault_.calls, 1);
  }
};

TEST_F(ExecFaults, OneThatHangsIsKilledAtItsDeadline) {
  install_fault("exec sleep 1000");
  expect_harmless("hanging", "took longer than 300 ms (exec_deadline) and was killed");
}

TEST_F(ExecFaults, OneThatIgnoresSignalsIsKilledAllTheSame) {
  install_fault("trap '' TERM INT HUP QUIT; while :; do sleep 1000; done");
  expect_harmless("ignoring signals", "took longer than 300 ms");
}

TEST_F(ExecFaults, OneThatSpinsIsKilled) {
  install_fault("while :; do :; done");
  expect_harmless("spinning", "took longer than 300 ms");
}

TEST_F(ExecFaults, OneThatFloodsItsOutputIsKilledAtOnce) {
  install_fault("exec yes");
  expect_harmless("flooding", "wrote more than 65536 bytes");
}

TEST_F(ExecFaults, OneThatFloodsItsErrorsIsKilledAtItsDeadline) {
  install_fault("exec yes >&2");
  expect_harmless("flooding errors", "took longer than 300 ms");
}

TEST_F(ExecFaults, OneThatStopsItselfIsKilled) {
  install_fault("kill -STOP $$");
  expect_harmless("stopped", "took longer than 300 ms");
}

TEST_F(ExecFaults, OneThatForksAndWaitsIsKilledWithItsChildren) {
  install_fault("for i in 1 2 3 4 5; do sleep 1000 & done; jobs -p > $D/children; wait");
  expect_harmless("forking", "took longer than 300 ms");
  EXPECT_NE(read_file("children"), "") << "the fault did not happen";
}

TEST_F(ExecFaults, OneThatForksWithoutEndIsKilledWithItsChildren) {
  install_fault("while :; do sleep 1000 & echo $! >> $D/children; done");
  expect_harmless("forking without end", "took longer than 300 ms");
  EXPECT_NE(read_file("children"), "") << "the fault did not happen";
}

TEST_F(ExecFaults, OneThatDiesByASignalIsToldAsSuch) {
  install_fault("kill -SEGV $$; sleep 1000");
  expect_harmless("dying", "was ended by signal 11", milliseconds(0));
}

TEST_F(ExecFaults, AChildThatKeepsThePipeOpenKeepsNobody) {
  install("echo $$ > $D/pid; sleep 1000 & jobs -p > $D/children; exit 3", "pre, post",
          "exec_deadline = 60s\n", kSuppressed);
  expect_harmless("a child holding the pipe", "ended with status 3", milliseconds(0));
  EXPECT_NE(read_file("children"), "") << "the fault did not happen";
}

TEST_F(ExecFaults, OneThatLeftItsGroupEscapesButKeepsNobody) {
  install(
      "echo $$ > $D/pid; setsid sh -c 'echo $$ > $D/escaped; exec sleep 1000' & "
      "while ! test -s $D/escaped; do :; done; exit 3",
      "pre", "exec_deadline = 60s\nexec_environment = D=" + folder_.path().string() + "\n",
      kSuppressed);
  const auto begin = steady_clock::now();
  EXPECT_EQ(call_add(), 5);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(30));
  const std::string escaped = read_file("escaped");
  ASSERT_NE(escaped, "");
  EXPECT_EQ(::kill(std::stoi(escaped), SIGKILL), 0) << "documented: such a process goes on";
}

TEST_F(ExecFaults, AProcessThatDoesNotWaitForChildrenLearnsNoStatusAndSaysSo) {
  install("exit 0", "pre");
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  const std::string error = raised([&] { call_add(); });
  ::signal(SIGCHLD, before);
  EXPECT_THAT(error, HasSubstr("ignores SIGCHLD"));
}

TEST_F(ExecFaults, ManyRunsLeaveNoDescriptorBehind) {
  const int runs = long_form() ? 20'000 : 1'000;
  install("read -r event; case $event in *req-bad*) echo no >&2; exit 1;; esac", "pre");
  const auto descriptors = [] {
    const fs::directory_iterator all("/proc/self/fd");
    return std::distance(fs::begin(all), fs::end(all));
  };
  call_add();
  const auto before = descriptors();
  int refused = 0;
  const auto begin = steady_clock::now();
  for (int i = 0; i < runs; ++i) {
    context_.request_id = i % 2 == 0 ? "req-bad" : "req-good";
    refused += raised([&] { call_add(); }).empty() ? 0 : 1;
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin);
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(refused, runs / 2);
  std::printf("exec_hook: a run of a shell takes %lld us\n",
              static_cast<long long>(took.count() / runs));
}

TEST_F(ExecFaults, NoMoreProgramsRunAtOnceThanAllowed) {
  install("mkdir $D/lock || exit 3; sleep 0.01; rmdir $D/lock", "pre",
          "exec_max_processes = 1\nexec_deadline = 60s\n");
  std::vector<std::thread> callers;
  std::atomic<int> refused{0};
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int call = 0; call < 5; ++call) {
        Context context;
        static constexpr MethodDescriptor kAdd{.name = "add"};
        const Arguments none;
        const HookRuns runs;
        try {
          hook_->pre(Call(kAdd, context, none, runs));
        } catch (const Error&) {
          ++refused;
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace hookwire::testing

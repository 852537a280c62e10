#include <signal.h>
#include <sys/stat.h>

#include <fstream>

#include "cli_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AnyOf;
using ::testing::HasSubstr;

/// How long something took. On a loaded machine the least of several times counts.
template <class Action>
steady_clock::duration time_of(const Action& action) {
  const auto start = steady_clock::now();
  action();
  return steady_clock::now() - start;
}

constexpr int kAttempts = 5;

bool any(const Value& /*event*/) {
  return true;
}

class StopTest : public CliTest {
 protected:
  StopTest() {
    write_config("gold", "exec_program = /usr/bin/head\nexec_arguments = --bytes=1, " +
                             in_folder("gate").string() +
                             "\nexec_phases = pre\nexec_methods = create_share_instance\n"
                             "exec_deadline = 10m\n");
    edit_config("gold", "NotificationHook, ", "NotificationHook, gate=hookwire:ExecHook, ");
    host_ = start_host("gold");
  }

  /// Sends a call that is under way until open_gate(), and waits until it is.
  void begin_call() {
    ASSERT_EQ(::mkfifo(in_folder("gate").c_str(), 0600), 0);
    const auto tail = start_tail("gold", "earliest");
    host_->process().write_line(R"({"method":"create_share_instance","args":{"share_id":"s-1",)"
                                R"("size_gb":1,"share_proto":"NFS"}})");
    DemoEvents events(*tail);
    ASSERT_NE(events.find(
                  [](const Value& event) {
                    return text_in(event, "topic") == "pre/create_share_instance/nas01@gold";
                  },
                  kDeadline),
              nullptr);
    tail->signal(SIGTERM);
    ASSERT_EQ(tail->wait(kDeadline), 0);
  }
  void open_gate() const { std::ofstream(in_folder("gate")) << "go"; }

  /// Sends the host a signal, and waits until it took it.
  void signal_host(int signal) {
    host_->process().signal(signal);
    ASSERT_TRUE(eventually([&] {
      const std::string status =
          read_file("/proc/" + std::to_string(host_->process().pid()) + "/status");
      const std::size_t pending = status.find("ShdPnd:");
      return pending != std::string::npos &&
             (std::stoull(status.substr(pending + 7), nullptr, 16) >> (signal - 1) & 1) == 0;
    }));
  }

  std::unique_ptr<RunningHost> host_;
};

TEST_F(StopTest, ASignalEndsAnIdleHostWithinASecond) {
  for (const int signal : {SIGTERM, SIGINT}) {
    auto least = steady_clock::duration::max();
    for (int attempt = 0; attempt < kAttempts && least > seconds(1); ++attempt) {
      host_ = nullptr;
      host_ = start_host("gold");
      least = std::min(least, time_of([&] {
                         host_->process().signal(signal);
                         EXPECT_EQ(host_->process().wait(kDeadline), 0);
                       }));
    }
    EXPECT_LT(least, seconds(1));
  }
  const Ended verify = run({"journal", "verify", journal("gold")});
  EXPECT_THAT(verify.first_line(), HasSubstr("closed cleanly"));
}

TEST_F(StopTest, ASignalLetsTheCallInFlightEnd) {
  begin_call();
  signal_host(SIGTERM);
  open_gate();
  const std::optional<std::string> answer = host_->process().read_line(kDeadline);
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr(R"("ok":true)"));
  EXPECT_EQ(host_->process().wait(kDeadline), 0);
  const std::vector<Value> events = values_of(journal_lines("gold"));
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const Value& event) {
    return text_in(event, "topic") == "post/create_share_instance/nas01@gold";
  }));
}

TEST_F(StopTest, ASecondSignalEndsItAtOnce) {
  begin_call();
  host_->process().signal(SIGTERM);
  host_->process().signal(SIGINT);
  // Which of two signals the kernel hands out first is its own affair.
  EXPECT_THAT(host_->process().wait(kDeadline).value_or(-1), AnyOf(128 + SIGINT, 128 + SIGTERM));
}

TEST_F(StopTest, AtTheEndOfItsCallsAConnectedSubscriberGetsEverything) {
  const auto tail = start_tail("gold", "earliest");
  DemoEvents events(*tail);
  ASSERT_NE(events.find(any, kDeadline), nullptr) << "it is to be connected";
  ASSERT_TRUE(host_->init(50));  // what a pipe holds: nobody reads the tail's before the end
  ASSERT_EQ(host_->finish(), 0);
  // The host is gone: it has sent what it was to send.
  const std::vector<Value> held = values_of(journal_lines("gold"));
  ASSERT_GT(held.size(), 100U);
  EXPECT_NE(events.find([&](const Value& event) { return event == held.back(); }, kDeadline),
            nullptr);
  EXPECT_EQ(events.all(), held);
}

TEST_F(StopTest, ASubscriberEndsOnASignalWithinASecond) {
  auto least = steady_clock::duration::max();
  for (int attempt = 0; attempt < kAttempts && least > seconds(1); ++attempt) {
    const auto tail = start_tail("gold", "earliest");
    DemoEvents events(*tail);
    ASSERT_NE(events.find(any, kDeadline), nullptr);
    least = std::min(least, time_of([&] {
                       tail->signal(SIGTERM);
                       EXPECT_EQ(tail->wait(kDeadline), 0);
                     }));
  }
  EXPECT_LT(least, seconds(1));
}

}  // namespace
}  // namespace hookwire::testing

#include <pthread.h>

#include <atomic>

#include "hookwire/hooks/hook_registry.h"

#include "hooks/chain_test.h"
#include "support/cancelled_thread.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

// A thread that is cancelled unwinds through the chain: nothing catches it, nothing is left held.
class ChainCancel : public ChainTest {
 protected:
  // Calls the driver in a thread of its own; true when that thread ended by being cancelled.
  bool call_is_cancelled() {
    pthread_t thread{};
    const auto body = [](void* self) -> void* {
      static_cast<ChainCancel*>(self)->call_add(1, 1);
      return nullptr;
    };
    EXPECT_EQ(::pthread_create(&thread, nullptr, body, this), 0);
    void* result = nullptr;
    EXPECT_EQ(::pthread_join(thread, &result), 0);
    return result == PTHREAD_CANCELED;
  }
  static void cancel_myself() {
    ::pthread_cancel(::pthread_self());
    ::pthread_testcancel();
  }
  void expect_nothing_is_held() {
    const std::weak_ptr<Hook> watched = hooks_.front().hook;
    hooks_.clear();
    chain_.replace({});
    EXPECT_TRUE(watched.expired());
  }
};

TEST_F(ChainCancel, InAPreHook) {
  add("watcher");
  add("cancelled").on_pre = [](const Call&) -> HookData {
    cancel_myself();
    return nullptr;
  };
  install();
  EXPECT_TRUE(call_is_cancelled());
  EXPECT_EQ(driver_.calls(), 0);
  EXPECT_THAT(steps_.all(), ElementsAre("pre watcher", "pre cancelled"));
  expect_nothing_is_held();
}

TEST_F(ChainCancel, InTheDriver) {
  add("watcher").on_pre = [](const Call&) { return std::make_shared<int>(1); };
  install();
  driver_.on_call = cancel_myself;
  EXPECT_TRUE(call_is_cancelled());
  EXPECT_THAT(steps_.all(), ElementsAre("pre watcher"));
  expect_nothing_is_held();
}

// A log that comes to a cancellation point, as one that writes to a file does.
class LogThatCanBeCancelled final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*line*/) noexcept override {
    ++lines;
    ::pthread_testcancel();
  }
  std::atomic<int> lines{0};
};

TEST_F(ChainCancel, WhileItLogs) {
  LogThatCanBeCancelled log;
  HookChain chain(clock_, log);
  const ConfigFile file = ConfigFile::parse("[g]\nhook_drivers = hookwire:LogHook\n", "hw.conf");
  hooks_ = HookRegistry::with_built_in_hooks().make_chain(Options(file, {"g"}), "g", "nas01@g",
                                                          clock_, log);
  add("failing", {.suppress_pre_errors = true}).on_pre = [](const Call&) -> HookData {
    ::pthread_cancel(::pthread_self());
    throw 1;
  };
  chain.replace(hooks_);
  driver_.on_call = [] { ::pthread_testcancel(); };
  CancelledThread thread(
      [&] { Hooked<ScriptedDriver>(driver_, chain).call<&ScriptedDriver::add>(context_, 1, 1); });
  EXPECT_TRUE(thread.join());
  EXPECT_GE(log.lines, 2) << "the LogHook's pre and the hook's error";
  EXPECT_EQ(driver_.calls(), 1);
}

// Whether the hook works again is not known: the next call tries it.
TEST_F(ChainCancel, InTheCallThatTriesASkippedHook) {
  RecordingHook& flaky = add("flaky", {.suppress_pre_errors = true,
                                       .suppress_post_errors = true,
                                       .breaker_failures = 1,
                                       .breaker_pause = std::chrono::seconds(30)});
  flaky.on_pre = [](const Call&) -> HookData { throw 1; };
  install();
  call_add(1, 1);
  ASSERT_EQ(status_of("flaky").breaker, BreakerState::open);
  clock_.advance(std::chrono::seconds(30));
  flaky.on_pre = nullptr;
  driver_.on_call = cancel_myself;
  EXPECT_TRUE(call_is_cancelled());
  EXPECT_EQ(status_of("flaky").breaker, BreakerState::open);
  driver_.on_call = nullptr;
  call_add(1, 1);
  EXPECT_EQ(status_of("flaky").breaker, BreakerState::closed);
}

}  // namespace
}  // namespace hookwire::testing

// Threads keep apart by shards of their own, as far as these go, and by the kernel's barrier.
#include "thread_shard.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <latch>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "hooks/chain_test.h"
#include "process_barrier.h"

namespace hookwire::testing {
namespace {

// From now on the kernel refuses membarrier(2) to this thread and to those it starts.
void refuse_barriers() {
  std::array<sock_filter, 4> steps{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog program{.len = steps.size(), .filter = steps.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    std::perror("seccomp");
    ::_exit(2);
  }
}

// Time passes for whoever looks at it.
class HurryingClock final : public Clock {
 public:
  std::int64_t unix_ns() const noexcept override { return steady_ns(); }
  std::int64_t steady_ns() const noexcept override { return now_ns_ += 1'000'000'000; }

 private:
  mutable std::atomic<std::int64_t> now_ns_{0};
};

// Each call must meet the pre and the post of one of them.
class PairedHook final : public Hook {
 public:
  HookData pre(const Call&) override { return this; }
  void post(const Call&, Outcome&, HookData& data) override {
    PairedHook** const from = data.get_if<PairedHook*>();
    if (from == nullptr || *from != this) ++strangers;
  }
  void periodic(const PeriodicData&) override {}

  std::atomic<int> strangers{0};
};

// A chain that is changed while threads call.
class ChangedChain {
 public:
  explicit ChangedChain(const Clock& clock) : clock_(clock) {}

  // The same two hooks in the other order.
  void change() {
    std::swap(hooks_[0], hooks_[1]);
    chain_.replace({{hooks_[0] == first_ ? "first" : "second", "test", hooks_[0], {}},
                    {hooks_[1] == first_ ? "first" : "second", "test", hooks_[1], {}}});
  }
  void call() {
    if (hooked_.call<&ScriptedDriver::add>(Context{}, 20, 22) == 42) ++calls_;
  }
  // Says what is wrong: a call met one set before the driver and another behind it, or one was not
  // counted.
  bool sound() const {
    for (const HookStatus& hook : chain_.status()) {
      if (hook.pre_count == calls_ && hook.post_count == calls_) continue;
      std::fprintf(stderr, "of %lu calls %s saw %lu and %lu\n", calls_.load(), hook.name.c_str(),
                   hook.pre_count, hook.post_count);
      return false;
    }
    return hooks_[0]->strangers == 0 && hooks_[1]->strangers == 0;
  }

 private:
  const Clock& clock_;
  CapturingLog log_;
  HookChain chain_{clock_, log_};
  ScriptedDriver driver_;
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
  std::array<std::shared_ptr<PairedHook>, 2> hooks_{std::make_shared<PairedHook>(),
                                                    std::make_shared<PairedHook>()};
  const std::shared_ptr<PairedHook> first_ = hooks_[0];
  std::atomic<std::uint64_t> calls_{0};
};

// Changes the hooks until each of `threads` threads has made its calls, all of them side by side.
void call_and_change(ChangedChain& chain, std::size_t threads, int calls) {
  std::atomic<std::size_t> running{threads};
  std::latch together(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::jthread> callers;
  for (std::size_t i = 0; i < threads; ++i) {
    callers.emplace_back([&] {
      together.arrive_and_wait();
      for (int n = 0; n < calls; ++n) chain.call();
      --running;
    });
  }
  while (running > 0) chain.change();
}

TEST(ThreadShard, ThreadsThatEndLeaveTheirsToOthers) {
  ASSERT_TRUE(has_process_barrier()) << "the kernel has no membarrier(2)";
  for (std::size_t i = 0; i < 3 * ThreadShard::kOwn; ++i) {
    bool own = false;
    std::thread([&] { own = ThreadShard::is_own(ThreadShard::current()); }).join();
    ASSERT_TRUE(own) << "thread " << i;
  }
}

TEST(ThreadShard, NoTwoThreadsHaveTheSameOfTheirOwn) {
  constexpr std::size_t kThreads = ThreadShard::kOwn + 20;
  std::array<std::size_t, kThreads> shards{};
  std::latch all_have_one(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t& shard : shards) {
      threads.emplace_back([&] {
        shard = ThreadShard::current();
        all_have_one.arrive_and_wait();
      });
    }
  }
  std::array<int, ThreadShard::kCount> holders{};
  for (std::size_t shard : shards) ++holders.at(shard);
  int own = 0;
  for (std::size_t shard = 0; shard < ThreadShard::kOwn; ++shard) {
    EXPECT_LE(holders[shard], 1) << "shard " << shard;
    own += holders[shard];
  }
  // The thread of the test may hold one.
  EXPECT_GE(own, static_cast<int>(ThreadShard::kOwn) - 1);
}

TEST(ThreadShard, CallsOfMoreThreadsThanHaveTheirOwnMeetOneSetAndAreCounted) {
  const SystemClock clock;
  ChangedChain chain(clock);
  chain.change();
  call_and_change(chain, ThreadShard::kOwn + 40, 200);
  EXPECT_TRUE(chain.sound());
}

TEST(BarrierRefused, FromTheStartTheHooksCanBeChangedAllTheSame) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a process that has not asked for it yet
  EXPECT_EXIT(
      {
        refuse_barriers();
        const SystemClock clock;
        ChangedChain chain(clock);
        chain.change();
        call_and_change(chain, 4, 2000);
        ::_exit(!has_process_barrier() && chain.sound() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(BarrierRefused, LaterAChangeIsRefusedOnceItCouldHurtACall) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const HurryingClock clock;
        ChangedChain chain(clock);
        chain.change();
        chain.call();
        refuse_barriers();
        int changes = 0;
        try {
          for (; changes <= HookChain::kMaxSets; ++changes) chain.change();
        } catch (const Error& error) {
          std::fprintf(stderr, "%s\n", error.what());
        }
        chain.call();
        ::_exit(chain.sound() && changes == HookChain::kMaxSets - 1 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "membarrier");
}

}  // namespace
}  // namespace hookwire::testing

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "hookwire/journal/journal_inspection.h"

#include "events_fixture.h"
#include "support/eventually.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

constexpr int kThreads = 8;

// What a calling thread was doing, in memory that outlives its process.
enum class Doing : int { nothing, publishing_pre, driver, publishing_end };

struct Thread {
  std::atomic<int> begun{0};
  std::atomic<int> answered{0};
  std::atomic<Doing> doing{Doing::nothing};
};
using Threads = std::array<Thread, kThreads>;

std::string call_name(int round, int thread, int call) {
  return std::to_string(round) + "/" + std::to_string(thread) + "/" + std::to_string(call);
}

class CrashTest : public EventsTest {
 protected:
  CrashTest()
      : threads_(*new (::mmap(nullptr, sizeof(Threads), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Threads()) {}
  ~CrashTest() override { ::munmap(&threads_, sizeof threads_); }

  // A process whose threads call through the wrapper until it is killed.
  pid_t start_caller(int round) {
    for (Thread& thread : threads_) {
      thread.begun = thread.answered = 0;
      thread.doing = Doing::nothing;
    }
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it would fill the disk
    open();
    publisher_->start();
    std::vector<std::thread> callers;
    for (int t = 0; t < kThreads; ++t) callers.emplace_back([this, round, t] { call(round, t); });
    for (std::thread& caller : callers) caller.join();
    ::_exit(1);
  }

  void call(int round, int number) {
    Thread& self = threads_[static_cast<std::size_t>(number)];
    Lamp lamp;
    lamp.on_call = [&] { self.doing = Doing::driver; };
    const Hooked<Lamp> hooked(lamp, *chain_);
    for (int i = 1;; ++i) {
      self.begun = i;
      self.doing = Doing::publishing_pre;
      try {
        hooked.call<&Lamp::dim>(context_, call_name(round, number, i), i % 3 == 0 ? 200 : 40);
      } catch (const LampBroken&) {
        // each third call fails
      }
      self.doing = Doing::nothing;
      self.answered = i;
    }
  }

  struct Told {
    int pre = 0;
    int ends = 0;
    std::string outcome;
  };

  Threads& threads_;
};

TEST_F(CrashTest, EveryAnsweredCallHasItsEventsAndEveryOtherIsAborted) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::map<std::string, bool> answered;  // call name; whether its caller had the answer
  int hit_publishing = 0;
  int torn = 0;
  std::uint64_t aborted = 0;
  const int rounds = static_cast<int>(repeats(50, 50));
  for (int round = 0; round < rounds; ++round) {
    const pid_t pid = start_caller(round);
    const int until = 1 + static_cast<int>(random() % 300);
    ASSERT_TRUE(eventually([&] { return threads_[0].answered >= until; }));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    bool publishing = false;
    for (int t = 0; t < kThreads; ++t) {
      const Thread& thread = threads_[static_cast<std::size_t>(t)];
      for (int i = 1; i <= thread.begun; ++i) {
        answered[call_name(round, t, i)] = i <= thread.answered;
      }
      // In the driver a thread is for nanoseconds only: what follows is the end's append.
      publishing = publishing || thread.doing != Doing::nothing;
    }
    const JournalInspection journal = inspect_journal(files_, folder());
    EXPECT_TRUE(journal.damage.empty());
    if (publishing) ++hit_publishing;
    if (journal.torn_bytes > 0) ++torn;
    open();
    aborted += publisher_->status().aborted_calls;
    close();
  }
  for (const Event& event : all_events()) EXPECT_NE(event.method, "gap");
  std::map<std::string, Told> told;
  for (const Event& event : call_events()) {
    Told& call = told[event.resource->id];
    if (event.phase == Phase::pre) {
      EXPECT_EQ(call.ends, 0) << "an end before its pre: " << event.resource->id;
      ++call.pre;
    } else {
      ++call.ends;
      call.outcome = event.outcome;
    }
  }
  for (const auto& [name, had_answer] : answered) {
    const auto call = told.find(name);
    if (had_answer) {
      ASSERT_NE(call, told.end()) << name << " was answered and has no events";
      EXPECT_NE(call->second.outcome, "aborted") << name;
    }
    if (call == told.end()) continue;
    EXPECT_EQ(call->second.pre, 1) << name;
    EXPECT_EQ(call->second.ends, 1) << name;
  }
  EXPECT_EQ(inspect_journal(files_, folder()).damage.size(), 0u);
  EXPECT_GT(hit_publishing, 0);
  EXPECT_GT(aborted, 0u);
  std::printf(
      "%d kills: %d while a call was publishing, %d left a torn record; %zu calls, %llu aborted\n",
      rounds, hit_publishing, torn, answered.size(), static_cast<unsigned long long>(aborted));
}

TEST_F(CrashTest, AnAbortedCallRepeatsWhatItsPreTold) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    open();
    lamp_.on_call = [] { ::kill(::getpid(), SIGKILL); };
    lamp().call<&Lamp::dim>(context_, "cellar", 40);
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  open();
  close();
  open();  // nothing is open any more: no second end
  const std::vector<Event> events = call_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].outcome, "aborted");
  EXPECT_EQ(events[1].phase, Phase::failure);
  EXPECT_EQ(events[1].method, "dim");
  EXPECT_EQ(events[1].call_id, events[0].call_id);
  EXPECT_EQ(events[1].args, events[0].args);
  EXPECT_EQ(events[1].context.user_id, "alice");
  EXPECT_EQ(events[1].resource->id, "cellar");
  EXPECT_EQ(events[1].error->type, "Aborted");
}

}  // namespace
}  // namespace hookwire::testing

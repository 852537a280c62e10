#include <sys/mman.h>

#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "publisher_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 10;

/// What the process that will be killed tells the one that survives: how many calls of each thread
/// were answered. Outlives the process, unlike anything that it would have to send.
class Answers {
 public:
  Answers()
      : counts_(static_cast<Counts*>(::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE,
                                            MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (counts_ == MAP_FAILED) throw IoError(errno, "map shared memory");
  }
  ~Answers() { ::munmap(counts_, sizeof(Counts)); }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  std::atomic<std::uint64_t>& of(int thread) { return counts_->of[thread]; }
  std::uint64_t all() {
    std::uint64_t sum = 0;
    for (int n = 0; n < kThreads; ++n) sum += of(n);
    return sum;
  }

 private:
  struct Counts {
    std::atomic<std::uint64_t> of[kThreads];
  };
  Counts* counts_;
};

class PublisherKill : public PublisherTest {
 protected:
  static std::string id(int round, int thread, std::uint64_t call) {
    return std::to_string(round) + "-" + std::to_string(thread) + "-" + std::to_string(call);
  }

  /// A process whose threads call until it is killed.
  pid_t start_caller(int round, Answers& answers) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    open();
    publisher_->start();
    store_.on_call = [] { std::this_thread::yield(); };
    std::vector<std::thread> threads;
    for (int n = 0; n < kThreads; ++n) {
      threads.emplace_back([&, n] {
        for (std::uint64_t call = 1;; ++call) {
          hooked_.call<&Store::drop>(context_, id(round, n, call));
          answers.of(n).store(call);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(1);  // they never end
  }

  struct Seen {
    int pres = 0;
    int ends = 0;
    std::string outcome;
  };
  std::map<std::string, Seen> calls() const {
    std::map<std::string, Seen> seen;
    for (const Event& event : call_events()) {
      Seen& call = seen[event.resource ? event.resource->id : "unknown"];
      ++(event.phase == Phase::pre ? call.pres : call.ends);
      if (event.phase != Phase::pre) call.outcome = event.outcome;
    }
    return seen;
  }
};

TEST_F(PublisherKill, EveryCallHasOneEndAndEveryAnsweredCallItsOwn) {
  segment_bytes_ = 512 * 1024;
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uint64_t aborted = 0;
  std::vector<std::unique_ptr<Answers>> answers;
  for (int round = 0; round < kRounds; ++round) {
    answers.push_back(std::make_unique<Answers>());
    const std::uint64_t enough = 1 + random() % 1500;
    const pid_t child = start_caller(round, *answers.back());
    EXPECT_TRUE(eventually([&] { return answers.back()->all() >= enough; }));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
    // Now and then the next one to open it is the next that is killed.
    if (random() % 3 != 0) {
      open();
      aborted += publisher_->status().aborted_calls;
      close();
    }
  }
  open();
  aborted += publisher_->status().aborted_calls;
  close();
  EXPECT_GT(aborted, 0U) << "no call was ever open when its process was killed";

  const auto seen = calls();  // reading checks that no sequence is missing
  for (const auto& [name, call] : seen) {
    ASSERT_EQ(call.pres, 1) << name;
    ASSERT_EQ(call.ends, 1) << name;
    ASSERT_TRUE(call.outcome == "success" || call.outcome == "aborted") << name;
  }
  for (int round = 0; round < kRounds; ++round) {
    for (int thread = 0; thread < kThreads; ++thread) {
      const std::uint64_t count = answers[static_cast<std::size_t>(round)]->of(thread);
      for (std::uint64_t call = 1; call <= count; ++call) {
        const auto found = seen.find(id(round, thread, call));
        ASSERT_NE(found, seen.end()) << "an answered call has no events";
        ASSERT_EQ(found->second.outcome, "success");
      }
      EXPECT_EQ(seen.count(id(round, thread, count + 2)), 0U) << "a thread makes one call at once";
    }
  }
}

}  // namespace
}  // namespace hookwire::testing

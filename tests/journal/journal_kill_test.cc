#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "journal_fixture.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 25;

// What the child was told, in memory that outlives it.
struct Told {
  std::array<std::atomic<std::uint64_t>, kThreads> last_sequence;
};

Told& make_told() {
  void* memory =
      ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (memory) Told();
}

class KillTest : public JournalTest {
 protected:
  // A child whose threads append until it is killed.
  pid_t start_child(Told& told) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it would fill the disk
    const auto journal = open(4 * kSmallSegment);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const std::string body(static_cast<std::size_t>(200 + 50 * t), static_cast<char>('a' + t));
        while (true) told.last_sequence[static_cast<std::size_t>(t)] = append(*journal, body);
      });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(1);
  }
};

TEST_F(KillTest, WhatWasAcknowledgedSurvivesKillNine) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Told& told = make_told();
  std::uint64_t last = 0;
  int torn = 0;
  for (int round = 0; round < kRounds; ++round) {
    const pid_t child = start_child(told);
    const std::uint64_t until = last + 1 + random() % 3000;
    ASSERT_TRUE(eventually([&] { return told.last_sequence[0] >= until; }));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::uint64_t acknowledged = 0;
    for (const auto& sequence : told.last_sequence) {
      acknowledged = std::max(acknowledged, sequence.load());
    }
    const JournalInspection before = inspect_journal(files_, folder());
    EXPECT_TRUE(before.damage.empty()) << before.damage[0].what;
    const auto journal = open(4 * kSmallSegment);
    EXPECT_FALSE(journal->recovery().closed_cleanly);
    EXPECT_EQ(journal->epoch(), 1u);
    EXPECT_TRUE(journal->recovery().gaps.empty());
    EXPECT_GE(journal->last_sequence(), acknowledged);
    // Each thread may have one append that it was not told about.
    EXPECT_LE(journal->last_sequence(), acknowledged + kThreads);
    if (journal->recovery().torn_bytes > 0) ++torn;
    last = journal->last_sequence();
  }
  EXPECT_TRUE(is_whole(read_all().sequences));
  std::printf("%d rounds, %d kills left a torn record, %llu records\n", kRounds, torn,
              static_cast<unsigned long long>(last));
  ::munmap(&told, sizeof told);
}

TEST_F(KillTest, ATornRecordIsCutAndKeptAside) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto journal = open();
    append(*journal, "whole");
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  const std::string torn(300, 'T');
  std::fstream(segment(1), std::ios::in | std::ios::out | std::ios::binary).seekp(4096 + 56)
      << torn;
  EXPECT_EQ(inspect_journal(files_, folder()).torn_bytes, torn.size());
  const auto journal = open();
  EXPECT_EQ(journal->recovery().torn_bytes, torn.size());
  EXPECT_EQ(std::filesystem::file_size(folder() / journal->recovery().torn_file), torn.size());
  EXPECT_EQ(append(*journal, "next"), 2u);
  EXPECT_EQ(read_all().bodies, (std::vector<std::string>{"whole", "next"}));
}

}  // namespace
}  // namespace hookwire::testing

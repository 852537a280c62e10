#include <cxxabi.h>
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <utility>

#include "doomed_writer.h"
#include "journal_fixture.h"
#include "support/eventually.h"
#include "support/long_form.h"
#include "sweep.h"

// Kills the process that writes a journal, at these points:
//
// * anywhere: from outside, at a random moment, while eight threads append;
// * at every instruction of an append and of an append that begins a new segment: the thread is
//   stepped (ptrace) from the call to its return, and the process killed behind the n-th
//   instruction, for rising n. That is each store of a record, its checksum, the live line, the
//   activation, the seal and the hand-over of segments, half done and done;
// * at every call that changes files: of opening (recovery, state file, first segment), behind it
//   (the segments that the background thread makes, and those that retention removes) and of a
//   clean close: before the call, half way through what it writes, and after it.
//
// Then the next life recovers. What is read after each death is held against what the threads had
// been told. A death of another kind is another line of kDeaths.

namespace hookwire::testing {
namespace {

struct KillCount {
  Death death;
  const char* name;
  int kills;  // in the long form
};
constexpr KillCount kDeaths[] = {
    {Death::anywhere, "anywhere", 1500},
    {Death::append_step, "append_step", 2000},
    {Death::roll_over_step, "roll_over_step", 3000},
    {Death::contended_step, "contended_step", 500},
    {Death::opening_call, "opening_call", 1000},
    {Death::running_call, "running_call", 500},
    {Death::retention_call, "retention_call", 1000},
    {Death::closing_call, "closing_call", 500},
};
constexpr int kShortShare = 100;  // the short form has so much less
constexpr int kKillsOfAJournal = 500;

class KillTest : public JournalTest {
 protected:
  // A journal that is written by one process after the other, as many as `deck` has deaths for, up
  // to kKillsOfAJournal.
  void write_a_journal(std::vector<Death>& deck) {
    const std::filesystem::path folder = temp_.path() / ("journal-" + std::to_string(journals_++));
    Survivors survivors(files_, folder);
    std::uint32_t epoch = 0;
    std::uint32_t number = 0;
    for (int kill = 0; kill < kKillsOfAJournal && !deck.empty();) {
      const DoomedLife life = plan(deck.back(), ++number);
      if (life.death == Death::retention_call) survivors.may_trim();
      const bool killed = live_and_die(folder, life);
      check_opening(survivors.last_sequence(), epoch);
      survivors.check(*told_, life.number);
      if (killed) {
        ++kill, ++kills_[life.death];
        if (told_->point[0] != '\0') ++calls_[told_->point.data()];
        deck.pop_back();
      } else if (life.death == Death::opening_call || life.death == Death::closing_call) {
        // It makes no more such calls: from the first again, at another moment.
        call_numbers_[life.death] = {0, call_numbers_[life.death].second + 1};
      }
      if (HasFailure() || survivors.counts().bad() > 0) break;
    }
    survivors.check_all();
    const JournalInspection found = inspect_journal(files_, folder);
    EXPECT_TRUE(found.damage.empty()) << found.damage[0].what;
    sums_ += survivors.counts();
    trimmed_ += survivors.trimmed();
    std::filesystem::remove_all(folder);
  }

  DoomedLife plan(Death death, std::uint32_t number) {
    DoomedLife life{.number = number,
                    .death = death,
                    .events = 1 + random_() % (long_form() ? 2000 : 1000),
                    .segment_bytes = kBlockBytes * (2 + random_() % 3)};
    if (death == Death::opening_call || death == Death::closing_call) {
      life.n = ++call_numbers_[death].first;
      life.moment = static_cast<DeadlyFiles::Moment>(call_numbers_[death].second % 3);
    } else if (death == Death::running_call || death == Death::retention_call) {
      // A segment is made in five changes; only then an older one can go.
      life.n = (death == Death::retention_call ? 6 : 1) + random_() % 25;
      life.moment = static_cast<DeadlyFiles::Moment>(random_() % 3);
    } else if (death != Death::anywhere) {
      life.n = sweeps_.at(death).next(random_());
    }
    return life;
  }

  // True when it was killed; false when it came through.
  bool live_and_die(const std::filesystem::path& folder, const DoomedLife& life) {
    told_->forget();
    const pid_t child = ::fork();
    if (child == 0) DoomedWriter(*told_, folder, life).live();
    switch (life.death) {
      case Death::append_step:
      case Death::roll_over_step:
      case Death::contended_step:
        return kill_at_step(child, life);
      case Death::anywhere:
        EXPECT_TRUE(eventually([&] { return told_->answered() >= life.events; }));
        return kill(child);
      case Death::opening_call:  // past its opening it would not end by itself
        EXPECT_TRUE(eventually([&] { return is_over(child) || told_->answered() > life.events; }));
        break;
      case Death::running_call:
      case Death::retention_call:
        EXPECT_TRUE(eventually([&] { return is_over(child) || told_->parked == kKillThreads; }));
        break;
      case Death::closing_call:
        EXPECT_TRUE(eventually([&] { return is_over(child); }));
        break;
    }
    return kill(child) && told_->point[0] != '\0';
  }

  // Behind the life.n-th instruction.
  bool kill_at_step(pid_t child, const DoomedLife& life) {
    EXPECT_TRUE(eventually([&] { return told_->stepped_thread != 0 || is_over(child); }));
    if (told_->stepped_thread == 0) return kill(child) && false;
    SteppedThread thread(told_->stepped_thread);
    std::uint64_t steps = 0;
    bool whole = false;
    while (steps < life.n && !whole && thread.step()) {
      ++steps;
      whole = told_->stepped_append;
    }
    const std::uintptr_t at = thread.at();
    ::kill(child, SIGKILL);
    thread.bury();
    const bool killed = kill(child) && !whole;
    if (whole) sweeps_.at(life.death).ended_at(steps);
    if (killed) ++instructions_[name_at(at)][at];
    return killed;
  }

  // True when it dies, or died, of SIGKILL.
  bool kill(pid_t child) {
    ::kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_STREQ(told_->error.data(), "") << "it ended by itself";
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  static bool is_over(pid_t child) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == child;
  }

  static std::string name_at(std::uintptr_t address) {
    Dl_info found{};
    if (::dladdr(reinterpret_cast<void*>(address), &found) == 0) return "nothing that is known";
    if (found.dli_sname == nullptr) {
      const std::filesystem::path file = found.dli_fname;
      return "functions without a name in " + file.filename().string();
    }
    int status = 0;
    char* const name = abi::__cxa_demangle(found.dli_sname, nullptr, nullptr, &status);
    const std::string shown = status == 0 ? name : found.dli_sname;
    std::free(name);
    return shown.substr(0, shown.find('('));
  }

  // What the life's own recovery found, held against what was read after the death before.
  void check_opening(std::uint64_t last, std::uint32_t& epoch) {
    if (!told_->opened) return;
    if (last == 0) epoch = told_->epoch;
    EXPECT_EQ(told_->epoch, epoch);
    EXPECT_EQ(told_->recovered_gaps, 0u);
    EXPECT_EQ(told_->recovered_last, last);
    if (told_->torn_bytes > 0) ++torn_;
  }

  std::uint64_t print_points() const {
    std::uint64_t addresses = 0;
    for (const auto& [name, found] : instructions_) {
      int hits = 0;
      for (const auto& [address, count] : found) hits += count;
      addresses += found.size();
      std::printf("%6d kills at %4zu instructions of %s\n", hits, found.size(), name.c_str());
    }
    for (const auto& [name, hits] : calls_) std::printf("%6d kills %s\n", hits, name.c_str());
    for (const Death death : {Death::append_step, Death::roll_over_step}) {
      const Sweep& sweep = sweeps_.at(death);
      std::printf("an append%s takes %llu instructions; %s\n",
                  death == Death::append_step ? "" : " with a roll-over",
                  static_cast<unsigned long long>(sweep.length()),
                  sweep.complete() ? "it was killed behind each" : "some of them were killed at");
    }
    return addresses;
  }

  const std::uint64_t seed_ = test_seed();
  std::mt19937_64 random_{seed_};
  SharedTold told_;
  std::map<Death, Sweep> sweeps_;
  std::map<std::string, std::map<std::uintptr_t, int>> instructions_;  // by function
  std::map<std::string, int> calls_;                                   // by point
  std::map<Death, std::pair<std::uint64_t, int>> call_numbers_;        // the last, and rounds
  std::map<Death, std::uint64_t> kills_;
  Survivors::Counts sums_;
  std::uint64_t torn_ = 0;
  std::uint64_t trimmed_ = 0;
  std::uint64_t journals_ = 0;
};

TEST_F(KillTest, WhatWasAcknowledgedSurvivesKillNineAtEveryPoint) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const int share = long_form() ? 1 : kShortShare;
  std::vector<Death> deck;
  for (const KillCount& count : kDeaths) {
    deck.insert(deck.end(), static_cast<std::size_t>(count.kills / share), count.death);
    sweeps_.emplace(count.death, count.kills / share);
  }
  std::shuffle(deck.begin(), deck.end(), random_);
  while (!deck.empty() && !HasFailure() && sums_.bad() == 0) write_a_journal(deck);

  const std::uint64_t addresses = print_points();
  report("journal_kill", {{"seed", seed_},
                          {"anywhere", kills_[Death::anywhere]},
                          {"append_step", kills_[Death::append_step]},
                          {"roll_over_step", kills_[Death::roll_over_step]},
                          {"contended_step", kills_[Death::contended_step]},
                          {"opening_call", kills_[Death::opening_call]},
                          {"running_call", kills_[Death::running_call]},
                          {"retention_call", kills_[Death::retention_call]},
                          {"closing_call", kills_[Death::closing_call]},
                          {"instructions", addresses},
                          {"call_points", calls_.size()},
                          {"torn_tails", torn_},
                          {"trimmed", trimmed_},
                          {"journals", journals_},
                          {"acknowledged", sums_.acknowledged},
                          {"unanswered", sums_.unanswered},
                          {"lost", sums_.lost},
                          {"lost_repeated", sums_.repeated},
                          {"lost_reordered", sums_.reordered},
                          {"lost_holes", sums_.holes},
                          {"lost_renamed", sums_.renamed},
                          {"lost_invented", sums_.invented},
                          {"lost_epochs", sums_.epochs}});
  EXPECT_EQ(sums_.bad(), 0u);
  for (const KillCount& count : kDeaths) {
    EXPECT_EQ(kills_[count.death], static_cast<std::uint64_t>(count.kills / share)) << count.name;
  }
  EXPECT_GT(torn_, 0u) << "no kill left a torn record";
  EXPECT_GT(trimmed_, 0u) << "no kill came while history went";
  EXPECT_GT(sums_.unanswered, 0u) << "no kill came between a record and its answer";
  if (long_form()) {
    EXPECT_GE(sums_.acknowledged, 10'000'000u);
  }
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

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <set>

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

// Announces each call to the parent before and after it, a byte each, until it is killed.
[[noreturn]] void make_calls(const fs::path& root, int tell) {
  NullLog log;
  const auto driver = make_directory_driver({.root = root}, log);
  driver->init_host();
  const auto say = [&](const char* sign) {
    if (::write(tell, sign, 1) != 1) ::_exit(1);
  };
  const auto step = [&](auto&& call) {
    say("<");
    call();
    say(">");
  };
  for (;;) {
    step([&] { driver->create_share_instance("s-1", 2, "NFS", std::nullopt, {}); });
    for (int i = 0; i < 20; ++i) {
      write_file(root / "shares" / "s-1" / std::to_string(i), std::string(1000, 'x'));
    }
    step([&] { driver->allow_access("s-1", ip_rule("10.0.0.4")); });
    step([&] { driver->create_snapshot("s-1", "snap-1"); });
    step([&] { driver->delete_snapshot("snap-1"); });
    step([&] { driver->delete_share_instance("s-1"); });
  }
}

class DirectoryKill : public DirectoryTest {
 protected:
  // Lets a child make calls and kills it a while, `yields` long, after its call `calls` began.
  // Returns how many calls had returned, as far as the child could tell.
  std::size_t run_and_kill(std::size_t calls, std::size_t yields) {
    driver_.reset();
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      make_calls(root(), ends[1]);
    }
    ::close(ends[1]);
    std::size_t begun = 0;
    std::size_t ended = 0;
    char sign = 0;
    while (begun < calls && ::read(ends[0], &sign, 1) == 1) ++(sign == '<' ? begun : ended);
    for (std::size_t i = 0; i < yields; ++i) ::sched_yield();
    ::kill(child, SIGKILL);
    while (::read(ends[0], &sign, 1) == 1) ++(sign == '<' ? begun : ended);
    ::close(ends[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    in_a_call_ = begun > ended;
    return ended;
  }

  bool has_share() { return !driver_->share_instances().empty(); }

  void clear() {
    if (fs::exists(snapshot("snap-1"))) driver_->delete_snapshot("snap-1");
    if (has_share()) driver_->delete_share_instance("s-1");
  }

  bool in_a_call_ = false;
};

TEST_F(DirectoryKill, StateAndDiskAgreeWheneverTheProcessDies) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int killed_in_a_call = 0;
  for (int round = 0; round < 15; ++round) {
    const std::size_t ended = run_and_kill(1 + random() % 10, random() % 2000);
    killed_in_a_call += in_a_call_;

    start();

    // The child goes round five calls; of the one it died in, nothing is known but all or nothing.
    const std::size_t place = ended % 5;
    const bool shared = has_share();
    const bool snapped = fs::exists(snapshot("snap-1"));
    SCOPED_TRACE("place " + std::to_string(place));
    EXPECT_TRUE(shared || place == 0 || place == 4);
    EXPECT_TRUE(!shared || place != 0 || in_a_call_);
    EXPECT_TRUE(shared || place != 4 || in_a_call_);
    EXPECT_TRUE(snapped || place != 3 || in_a_call_);
    EXPECT_TRUE(!snapped || place == 3 || (place == 2 && in_a_call_));
    std::set<std::string> expected;
    if (shared) expected.insert("shares/s-1");
    if (snapped) expected.insert("snapshots/snap-1");
    std::set<std::string> found;
    for (const char* folder : {"shares", "snapshots"}) {
      for (const auto& entry : fs::directory_iterator(root() / folder)) {
        found.insert(std::string(folder) + "/" + entry.path().filename().string());
      }
    }
    EXPECT_EQ(found, expected);
    EXPECT_TRUE(!snapped || tree(snapshot("snap-1")) == tree(share("s-1")));
    EXPECT_FALSE(log_.contains("is gone"));
    EXPECT_FALSE(log_.contains("left alone"));
    clear();
    EXPECT_TRUE(fs::is_empty(root() / "shares"));
  }
  EXPECT_GT(killed_in_a_call, 0);
}

}  // namespace
}  // namespace hookwire::testing

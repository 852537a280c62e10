#pragma once

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <functional>

#include <gtest/gtest.h>

#include "hookwire/share/directory_driver.h"
#include "hookwire/testing/capturing_log.h"

namespace hookwire::testing {

/// Makes one call in the child, and tells the parent before and after it.
using Step = std::function<void(const std::function<void()>& call)>;

/// What became of a child that was killed.
struct Killed {
  std::size_t calls_ended = 0;  ///< As far as it could tell.
  bool in_a_call = false;
};

/// Lets a child with a driver of its own on `root` go `round` after `round`, and kills it a while,
/// `yields` long, after its call number `calls` began.
inline Killed run_and_kill(const std::filesystem::path& root,
                           const std::function<void(ShareDriver&, const Step&)>& round,
                           std::size_t calls, std::size_t yields) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    const auto say = [&](const char* sign) {
      if (::write(ends[1], sign, 1) != 1) ::_exit(1);
    };
    NullLog log;
    const auto driver = make_directory_driver({.root = root}, log);
    driver->init_host();
    for (;;) {
      round(*driver, [&](const std::function<void()>& call) {
        say("<");
        call();
        say(">");
      });
    }
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
  return {.calls_ended = ended, .in_a_call = begun > ended};
}

}  // namespace hookwire::testing

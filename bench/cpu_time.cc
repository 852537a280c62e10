#include "cpu_time.h"

#include <time.h>

#include "hookwire/base/error.h"

namespace hookwire::bench {

namespace {

std::int64_t read(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::int64_t thread_cpu_ns() {
  return read(CLOCK_THREAD_CPUTIME_ID);
}

std::int64_t process_cpu_ns() {
  return read(CLOCK_PROCESS_CPUTIME_ID);
}

std::int64_t process_cpu_ns(pid_t pid) {
  clockid_t clock{};
  if (const int failed = ::clock_getcpuclockid(pid, &clock); failed != 0) {
    throw IoError(failed, "read the CPU time of another process");
  }
  return read(clock);
}

std::int64_t monotonic_ns() {
  return read(CLOCK_MONOTONIC);
}

}  // namespace hookwire::bench

#pragma once

#include <sys/types.h>

#include <cstdint>

namespace hookwire::bench {

/// Nanoseconds of CPU that the calling thread, or all threads of a process, used so far.
std::int64_t thread_cpu_ns();
std::int64_t process_cpu_ns();
/// Throws IoError when there is no such process.
std::int64_t process_cpu_ns(pid_t pid);

/// Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
std::int64_t monotonic_ns();

}  // namespace hookwire::bench

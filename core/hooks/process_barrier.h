#pragma once

namespace hookwire {

/// True when process_barrier() can be had: the kernel knows membarrier(2) and lets this process use
/// it. Asks once, which can take milliseconds. Thread-safe.
bool has_process_barrier() noexcept;

/// Has every running thread of the process pass a full memory barrier before this returns, so that
/// those threads need none of their own: what a thread stored before it is seen by whoever called.
/// False when the kernel refuses, which a process can have arranged meanwhile (seccomp). Takes
/// microseconds. Thread-safe.
bool process_barrier() noexcept;

}  // namespace hookwire

#pragma once

#include <pthread.h>

#pragma GCC visibility push(default)
namespace hookwire {

/// Puts off a cancellation (pthread_cancel) of the calling thread for its own lifetime, for work
/// that must not be left halfway: a cancellation unwinds like an exception that is no
/// std::exception, and ends the process where nothing may be thrown. It is acted on at the thread's
/// next cancellation point afterwards. Nests. No system call. Confined to one thread.
class Uncancelled {
 public:
  Uncancelled() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~Uncancelled() { ::pthread_setcancelstate(before_, nullptr); }
  Uncancelled(const Uncancelled&) = delete;
  Uncancelled& operator=(const Uncancelled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace hookwire
#pragma GCC visibility pop

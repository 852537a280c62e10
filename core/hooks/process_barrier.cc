#include "process_barrier.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <linux/membarrier.h>

namespace hookwire {

namespace {

bool ask(int command) noexcept {
  return ::syscall(SYS_membarrier, command, 0, 0) == 0;
}

}  // namespace

bool has_process_barrier() noexcept {
  static const bool has = ask(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return has;
}

bool process_barrier() noexcept {
  if (ask(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return true;
  // A child of fork() may have to register for itself.
  return ask(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) && ask(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace hookwire

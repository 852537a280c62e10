#include "hookwire/base/doorbell.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "hookwire/base/error.h"
#include "hookwire/base/uncancelled.h"

namespace hookwire {

Doorbell::Doorbell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw IoError(errno, "make an event descriptor");
}

Doorbell::~Doorbell() {
  ::close(fd_);
}

void Doorbell::awake() noexcept {
  sleeping_.store(false, std::memory_order_relaxed);
  std::uint64_t rings = 0;
  static_cast<void>(::read(fd_, &rings, sizeof rings));
}

void Doorbell::wake() noexcept {
  // One ringer of many pays for the wake.
  if (!sleeping_.exchange(false, std::memory_order_relaxed)) return;
  const Uncancelled whole;  // a write is a cancellation point
  const std::uint64_t one = 1;
  static_cast<void>(::write(fd_, &one, sizeof one));
}

}  // namespace hookwire

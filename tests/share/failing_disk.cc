#include "share/failing_disk.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "share/files.h"

namespace hookwire::testing {

std::atomic<long> failing_fsync{0};
std::atomic<long> failing_exchange{0};

}  // namespace hookwire::testing

namespace {

using hookwire::testing::failing_exchange;
using hookwire::testing::failing_fsync;

std::atomic<ino_t> trigger = 0;
std::atomic<bool> is_failing = false;

bool hits(std::atomic<long>& nth) {
  return nth.load() > 0 && nth.fetch_sub(1) == 1;
}

bool fails(int fd) {
  struct stat status {};
  if (trigger != 0 && ::fstat(fd, &status) == 0 && status.st_ino == trigger) is_failing = true;
  if (is_failing) errno = EIO;
  return is_failing;
}

}  // namespace

// In front of the C library's, which do the same otherwise.
extern "C" int fsync(int fd) {
  if (hits(failing_fsync)) {
    errno = EIO;
    return -1;
  }
  return fails(fd) ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}
extern "C" int fdatasync(int fd) {
  return fails(fd) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned int flags) noexcept {
  if (flags != RENAME_EXCHANGE || !hits(failing_exchange)) {
    return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  }
  errno = EIO;
  return -1;
}

namespace hookwire::testing {

FailingSync::FailingSync(const std::filesystem::path& folder) {
  trigger = inode_of(folder);
}

FailingSync::~FailingSync() {
  trigger = 0;
  is_failing = false;
}

}  // namespace hookwire::testing

#include "share/failing_sync.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "share/files.h"

namespace {

std::atomic<ino_t> trigger = 0;
std::atomic<bool> is_failing = false;

bool fails(int fd) {
  struct stat status {};
  if (trigger != 0 && ::fstat(fd, &status) == 0 && status.st_ino == trigger) is_failing = true;
  if (is_failing) errno = EIO;
  return is_failing;
}

}  // namespace

// In front of the C library's, which do the same otherwise.
extern "C" int fsync(int fd) {
  return fails(fd) ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}
extern "C" int fdatasync(int fd) {
  return fails(fd) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
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

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <fstream>

#include <gtest/gtest.h>

#include "hookwire/base/file_system.h"
#include "hookwire/testing/temp_folder.h"

namespace {

thread_local int to_interrupt = 0;
thread_local int interrupted = 0;

bool interrupt() {
  if (to_interrupt == 0) return false;
  --to_interrupt;
  ++interrupted;
  errno = EINTR;
  return true;
}

}  // namespace

// In the place of libc's, as on a file system whose server is far away.
extern "C" int open(const char* path, int flags, ...) {
  if (interrupt()) return -1;
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
extern "C" int ftruncate(int fd, off_t length) noexcept {
  return interrupt() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, length));
}

namespace hookwire::testing {
namespace {

class InterruptedCallsTest : public ::testing::Test {
 protected:
  InterruptedCallsTest() { interrupted = 0; }

  void interrupt_next(int times) { to_interrupt = times; }

  TempFolder temp_;
  PosixFileSystem files_;
};

TEST_F(InterruptedCallsTest, AFileIsOpenedThoughSignalsInterruptIt) {
  interrupt_next(2);
  EXPECT_NO_THROW(files_.open(temp_.path() / "file", OpenMode::create_new));
  EXPECT_EQ(interrupted, 2);
}

TEST_F(InterruptedCallsTest, AFileIsCutThoughSignalsInterruptIt) {
  std::ofstream(temp_.path() / "file") << "longer";
  const std::unique_ptr<File> file = files_.open(temp_.path() / "file", OpenMode::write);
  interrupt_next(2);
  EXPECT_NO_THROW(file->truncate(3));
  EXPECT_EQ(interrupted, 2);
  EXPECT_EQ(file->size(), 3u);
}

TEST_F(InterruptedCallsTest, AFolderIsSyncedThoughSignalsInterruptItsOpening) {
  interrupt_next(1);
  EXPECT_NO_THROW(files_.sync_directory(temp_.path()));
  EXPECT_EQ(interrupted, 1);
}

TEST_F(InterruptedCallsTest, ALockIsTakenThoughSignalsInterruptItsOpening) {
  interrupt_next(1);
  EXPECT_NE(files_.lock(temp_.path() / "lock"), nullptr);
  EXPECT_EQ(interrupted, 1);
}

}  // namespace
}  // namespace hookwire::testing

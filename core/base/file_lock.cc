#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/file_descriptor.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/mutex.h"

namespace hookwire {

namespace {

// fcntl locks exclude other processes, not other holders in this one: those are listed here. And
// closing any descriptor of a file gives up all this process's locks on it, so that a file in the
// list must not be opened, and every open and close of one happens under the mutex.
struct HeldFile {
  dev_t device = 0;
  ino_t inode = 0;
  pid_t holder = 0;  // a forked child inherits the list, not the locks
  HeldFile* next = nullptr;
};

constinit Mutex held_mutex;
constinit HeldFile* held_files = nullptr;

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

[[noreturn]] void fail_busy(const std::filesystem::path& path, const std::string& holder) {
  throw Error(ErrorCode::busy, path.string() + " is held by " + holder);
}

// Call with held_mutex locked.
bool held_here(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  for (const HeldFile* file = held_files; file != nullptr; file = file->next) {
    if (file->device == status.st_dev && file->inode == status.st_ino &&
        file->holder == ::getpid()) {
      return true;
    }
  }
  return false;
}

// The process that holds a lock in the way of ours.
std::optional<pid_t> holder_of(int descriptor, const std::filesystem::path& path) {
  struct flock holder = whole_file(F_WRLCK);
  if (::fcntl(descriptor, F_GETLK, &holder) != 0) {
    throw IoError(errno, "ask who holds " + path.string());
  }
  if (holder.l_type == F_UNLCK) return std::nullopt;
  return holder.l_pid;
}

class PosixFileLock final : public FileLock {
 public:
  // Call with held_mutex locked, on a file that is locked.
  PosixFileLock(FileDescriptor descriptor, const struct stat& status)
      : descriptor_(std::move(descriptor)),
        held_{status.st_dev, status.st_ino, ::getpid(), held_files} {
    held_files = &held_;
  }

  ~PosixFileLock() override {
    const std::lock_guard guard(held_mutex);
    HeldFile** link = &held_files;
    while (*link != &held_) link = &(*link)->next;
    *link = held_.next;
    descriptor_.close();
  }
  PosixFileLock(const PosixFileLock&) = delete;
  PosixFileLock& operator=(const PosixFileLock&) = delete;

 private:
  FileDescriptor descriptor_;
  HeldFile held_;
};

}  // namespace

std::unique_ptr<FileLock> PosixFileSystem::lock(const std::filesystem::path& path) {
  const std::lock_guard guard(held_mutex);
  if (held_here(path)) fail_busy(path, "this process already");
  FileDescriptor descriptor = open_descriptor(path.c_str(), O_RDWR | O_CREAT);
  if (!descriptor.valid()) throw IoError(errno, "open " + path.string());
  struct flock lock = whole_file(F_WRLCK);
  while (::fcntl(descriptor.get(), F_SETLK, &lock) != 0) {
    if (errno == EINTR) continue;
    if (errno != EACCES && errno != EAGAIN) throw IoError(errno, "lock " + path.string());
    if (const std::optional<pid_t> holder = holder_of(descriptor.get(), path)) {
      fail_busy(path, "process " + std::to_string(*holder));
    }
  }
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) throw IoError(errno, "look at " + path.string());
  return std::make_unique<PosixFileLock>(std::move(descriptor), status);
}

std::optional<pid_t> PosixFileSystem::lock_holder(const std::filesystem::path& path) {
  const std::lock_guard guard(held_mutex);
  if (held_here(path)) return ::getpid();
  const FileDescriptor descriptor = open_descriptor(path.c_str(), O_RDWR);
  if (!descriptor.valid()) {
    if (errno == ENOENT) return std::nullopt;
    throw IoError(errno, "open " + path.string());
  }
  return holder_of(descriptor.get(), path);
}

}  // namespace hookwire

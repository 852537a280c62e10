#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#pragma GCC visibility push(default)
namespace hookwire {

/// Owns a file descriptor, and closes it. Move-only; thread-compatible.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this == &other) return *this;
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~FileDescriptor() { close(); }

  void close() noexcept {
    if (valid()) ::close(std::exchange(fd_, -1));
  }

  bool valid() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Opens a file that no program started later inherits; made with mode 0600 where `flags` say so.
/// Goes on after EINTR. When that fails the result is not valid, and errno says why.
inline FileDescriptor open_descriptor(const char* path, int flags) noexcept {
  int fd = -1;
  do {
    fd = ::open(path, flags | O_CLOEXEC, 0600);
  } while (fd < 0 && errno == EINTR);
  return FileDescriptor(fd);
}

}  // namespace hookwire
#pragma GCC visibility pop

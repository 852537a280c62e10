#include "file_copy.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include <linux/fs.h>

namespace hookwire {

namespace {

bool write_all(int to, const char* data, std::size_t count, off_t offset) noexcept {
  while (count > 0) {
    const ssize_t written = ::pwrite(to, data, count, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    data += written;
    count -= static_cast<std::size_t>(written);
    offset += written;
  }
  return true;
}

bool copy_by_reading(int from, int to, off_t begin, off_t end) noexcept {
  std::array<char, 65536> buffer;
  while (begin < end) {
    const auto want = std::min(static_cast<std::size_t>(end - begin), buffer.size());
    const ssize_t count = ::pread(from, buffer.data(), want, begin);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) return true;  // cut short meanwhile
    if (!write_all(to, buffer.data(), static_cast<std::size_t>(count), begin)) return false;
    begin += count;
  }
  return true;
}

bool copy_range(int from, int to, off_t begin, off_t end) noexcept {
  while (begin < end) {
    off_t source = begin;
    off_t target = begin;
    const ssize_t count =
        ::copy_file_range(from, &source, to, &target, static_cast<std::size_t>(end - begin), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO)) return false;
    // Between some file systems it does not work, and on some pseudo files it copies nothing.
    if (count <= 0) return copy_by_reading(from, to, begin, end);
    begin += count;
  }
  return true;
}

}  // namespace

bool copy_content(int from, int to) noexcept {
  if (::ioctl(to, FICLONE, from) == 0) return true;
  const off_t size = ::lseek(from, 0, SEEK_END);
  if (size < 0 || ::ftruncate(to, size) != 0) return false;
  off_t end = 0;
  while (end < size) {
    const off_t begin = ::lseek(from, end, SEEK_DATA);
    if (begin < 0) return errno == ENXIO;  // a hole up to the end
    end = std::min(::lseek(from, begin, SEEK_HOLE), size);
    if (end < 0) return false;
    if (!copy_range(from, to, begin, end)) return false;
  }
  return true;
}

}  // namespace hookwire

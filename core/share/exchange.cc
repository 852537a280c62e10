#include "exchange.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

// What renameat2 says of a flag that the file system, or the kernel, does not know.
bool is_unknown_flag(int error) noexcept {
  return error == EINVAL || error == ENOSYS || error == ENOTSUP;
}

}  // namespace

bool exchange(const std::filesystem::path& a, const std::filesystem::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (is_unknown_flag(errno)) return false;
  throw IoError(errno, "exchange " + a.string() + " and " + b.string());
}

bool rename_to_free(int from_folder, const std::string& from, int to_folder,
                    const std::string& to) noexcept {
  if (::renameat2(from_folder, from.c_str(), to_folder, to.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if (!is_unknown_flag(errno)) return false;
  struct stat status {};
  if (::fstatat(to_folder, to.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return false;
  }
  return errno == ENOENT && ::renameat(from_folder, from.c_str(), to_folder, to.c_str()) == 0;
}

}  // namespace hookwire

#include "new_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace hookwire {

namespace {

constexpr mode_t kOthers = 0077;

const std::filesystem::path& make(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) throw IoError(errno, "make " + path.string());
  return path;
}

struct stat status_of(const OpenFolder& folder) {
  struct stat status {};
  if (::fstat(folder.fd(), &status) != 0) {
    throw IoError(errno, "look at " + folder.path().string());
  }
  return status;
}

[[noreturn]] void throw_replaced(const OpenFolder& folder) {
  throw Error(ErrorCode::busy, folder.path().string() +
                                   " was replaced while it was made: see who else may write to " +
                                   folder.path().parent_path().string());
}

}  // namespace

NewFolder::NewFolder(const std::filesystem::path& path) : folder_(make(path)) {
  const struct stat status = status_of(folder_);
  if (status.st_uid != ::geteuid() || (status.st_mode & kOthers) != 0 || !folder_.names().empty()) {
    throw_replaced(folder_);
  }
}

void NewFolder::set_mode(mode_t mode) const {
  if (::fchmod(folder_.fd(), mode) == 0) return;
  throw IoError(errno, "set the mode of " + folder_.path().string());
}

void NewFolder::check_in_place() const {
  const struct stat ours = status_of(folder_);
  struct stat there {};
  if (::lstat(folder_.path().c_str(), &there) != 0 || there.st_dev != ours.st_dev ||
      there.st_ino != ours.st_ino) {
    throw_replaced(folder_);
  }
}

}  // namespace hookwire

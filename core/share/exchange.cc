#include "exchange.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <optional>

#include "hookwire/base/error.h"

#include "descriptor.h"

namespace hookwire {

namespace {

// What renameat2 says of a flag that the file system, or the kernel, does not know.
bool is_unknown_flag(int error) noexcept {
  return error == EINVAL || error == ENOSYS || error == ENOTSUP;
}

// The time of the last change to a folder's entries, which an exchange of folders sets on XFS.
class KeptTime {
 public:
  explicit KeptTime(const std::filesystem::path& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)),
        time_(time_of()) {}

  // As far as we may.
  void put_back() const noexcept {
    const auto now = time_of();
    if (!time_ || !now || (now->tv_sec == time_->tv_sec && now->tv_nsec == time_->tv_nsec)) return;
    const std::array<timespec, 2> times{timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, *time_};
    ::futimens(folder_.get(), times.data());
  }

 private:
  std::optional<timespec> time_of() const noexcept {
    struct stat status {};
    if (!folder_.valid() || ::fstat(folder_.get(), &status) != 0) return std::nullopt;
    return status.st_mtim;
  }

  Descriptor folder_;
  std::optional<timespec> time_;
};

}  // namespace

bool exchange(const std::filesystem::path& a, const std::filesystem::path& b) {
  const KeptTime time_of_a(a);
  const KeptTime time_of_b(b);
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
    time_of_a.put_back();
    time_of_b.put_back();
    return true;
  }
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

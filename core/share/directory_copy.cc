#include "directory_copy.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "file_attributes.h"
#include "file_copy.h"
#include "new_folder.h"
#include "open_folder.h"

namespace hookwire {

namespace {

constexpr mode_t kPermissions = 07777;

// What is open of an original and of its copy; nothing of links and special files.
struct OpenPair {
  int from = -1;
  int to = -1;
};

struct stat status_of(int open, const OpenFolder& folder, const std::string& name) {
  struct stat status {};
  if (::fstat(open, &status) != 0) folder.fail("look at", name);
  return status;
}

bool set_owner(const OpenFolder& folder, const std::string& name, const struct stat& status,
               int open) {
  const uid_t user = status.st_uid;
  const gid_t group = status.st_gid;
  return (open >= 0
              ? ::fchown(open, user, group)
              : ::fchownat(folder.fd(), name.c_str(), user, group, AT_SYMLINK_NOFOLLOW)) == 0 ||
         errno == EPERM || errno == EINVAL;
}

bool set_mode(const OpenFolder& folder, const std::string& name, mode_t mode, int open) {
  return (open >= 0 ? ::fchmod(open, mode) : ::fchmodat(folder.fd(), name.c_str(), mode, 0)) == 0;
}

bool set_times(const OpenFolder& folder, const std::string& name, const struct stat& status,
               int open) {
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  return (open >= 0
              ? ::futimens(open, times.data())
              : ::utimensat(folder.fd(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW)) == 0;
}

// Owner first, since setting it clears set-user-id and capabilities; then attributes, which a mode
// may forbid us to set; then mode; then times, which all else changes. Of what is open, through its
// descriptor: of the whole copy others may be able to replace the name.
void keep_metadata(const OpenFolder& folder, const std::string& name, const struct stat& status,
                   OpenPair open = {}) {
  if (!set_owner(folder, name, status, open.to)) folder.fail("set the owner of", name);
  if (open.to >= 0 && !copy_attributes(open.from, open.to)) {
    folder.fail("copy the attributes to", name);
  }
  if (!S_ISLNK(status.st_mode) && !set_mode(folder, name, status.st_mode & kPermissions, open.to)) {
    folder.fail("set the mode of", name);
  }
  if (!set_times(folder, name, status, open.to)) folder.fail("set the times of", name);
}

class TreeCopy {
 public:
  explicit TreeCopy(const OpenFolder& root) : root_(root) {}

  void copy_all(const OpenFolder& from, const OpenFolder& to,
                const std::filesystem::path& relative) {
    for (const std::string& name : from.names()) {
      if (const auto status = from.status(name)) copy(from, to, name, relative / name, *status);
    }
  }

 private:
  // Of what `listed` says only the kind counts: others may have renamed something there since, and
  // no content may get another's owner or mode.
  void copy(const OpenFolder& from, const OpenFolder& to, const std::string& name,
            const std::filesystem::path& relative, const struct stat& listed) {
    if (S_ISDIR(listed.st_mode)) return copy_folder(from, to, name, relative);
    // Without O_NONBLOCK a pipe put in the file's place meanwhile would hold us up.
    const int flags = S_ISREG(listed.st_mode) ? O_RDONLY | O_NONBLOCK : O_PATH;
    const Descriptor source(::openat(from.fd(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    if (!source.valid() && errno == ENOENT) return;
    if (!source.valid()) from.fail("open", name);
    const struct stat status = status_of(source.get(), from, name);
    if ((status.st_mode & S_IFMT) != (listed.st_mode & S_IFMT)) {
      throw Error(ErrorCode::busy,
                  (from.path() / name).string() + " was replaced while it was copied: try again");
    }
    if (status.st_nlink > 1 && link_to_first(to, name, relative, status)) return;
    if (S_ISREG(status.st_mode)) {
      copy_file(source.get(), from, to, name, status);
    } else if (S_ISLNK(status.st_mode)) {
      copy_link(source.get(), from, to, name, status);
    } else {
      if (::mknodat(to.fd(), name.c_str(), status.st_mode, status.st_rdev) != 0) {
        to.fail("make", name);
      }
      keep_metadata(to, name, status);
    }
  }

  void copy_folder(const OpenFolder& from, const OpenFolder& to, const std::string& name,
                   const std::filesystem::path& relative) {
    const auto source = from.open(name);
    if (source == nullptr) return;
    const struct stat status = status_of(source->fd(), from, name);
    if (::mkdirat(to.fd(), name.c_str(), 0700) != 0) to.fail("make the folder", name);
    const OpenFolder target(to, name);
    copy_all(*source, target, relative);
    keep_metadata(to, name, status, {source->fd(), target.fd()});
  }

  static void copy_file(int source, const OpenFolder& from, const OpenFolder& to,
                        const std::string& name, const struct stat& status) {
    const Descriptor target(::openat(to.fd(), name.c_str(),
                                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!target.valid()) to.fail("make", name);
    if (!copy_content(source, target.get())) from.fail("copy", name);
    keep_metadata(to, name, status, {source, target.get()});
  }

  static void copy_link(int source, const OpenFolder& from, const OpenFolder& to,
                        const std::string& name, const struct stat& status) {
    std::array<char, PATH_MAX> text{};
    if (::readlinkat(source, "", text.data(), text.size() - 1) < 0)
      from.fail("read the link", name);
    if (::symlinkat(text.data(), to.fd(), name.c_str()) != 0) to.fail("make the link", name);
    keep_metadata(to, name, status);
  }

  // True when another name of the file was copied before: this one joins it.
  bool link_to_first(const OpenFolder& to, const std::string& name,
                     const std::filesystem::path& relative, const struct stat& status) {
    const auto [first, is_first] =
        first_names_.emplace(std::pair(status.st_dev, status.st_ino), relative);
    if (is_first) return false;
    if (::linkat(root_.fd(), first->second.c_str(), to.fd(), name.c_str(), 0) == 0) return true;
    if (errno != ENOENT) to.fail("link", name);
    first->second = relative;  // the first one vanished before it was copied
    return false;
  }

  const OpenFolder& root_;                                                // of the copy
  std::map<std::pair<dev_t, ino_t>, std::filesystem::path> first_names_;  // below root_
};

}  // namespace

void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) {
  const OpenFolder source(from);
  const struct stat status = status_of(source.fd(), source, ".");
  const OpenFolder parent(to.parent_path());
  const NewFolder made(to);
  const OpenFolder& target = made.folder();
  TreeCopy(target).copy_all(source, target, {});
  keep_metadata(parent, to.filename().string(), status, {source.fd(), target.fd()});
  made.check_in_place();
  // One call for the whole file system costs less than one for each of many files.
  if (::syncfs(target.fd()) != 0) throw IoError(errno, "sync " + to.string());
}

}  // namespace hookwire

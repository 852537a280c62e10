#include "directory_removal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>

#include "hookwire/base/error.h"

#include "work_name.h"

namespace hookwire {

namespace {

// Through its descriptor, so that a link put in its place meanwhile is not followed.
void open_up(const OpenFolder& parent, const std::string& name) {
  const Descriptor folder(
      ::openat(parent.fd(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return;
  const std::string path = "/proc/self/fd/" + std::to_string(folder.get());
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) ::chmod(path.c_str(), 0700);
}

std::uint64_t mount_of(const OpenFolder& folder) {
  struct statx status {};
  if (::statx(folder.fd(), "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) {
    throw IoError(errno, "look at " + folder.path().string());
  }
  const bool is_known = (status.stx_mask & STATX_MNT_ID) != 0;
  return is_known ? status.stx_mnt_id : ::makedev(status.stx_dev_major, status.stx_dev_minor);
}

// What is mounted in a folder is not the folder's to be removed with it.
std::unique_ptr<OpenFolder> open_here(const OpenFolder& parent, const std::string& name) {
  auto folder = parent.open(name);
  if (folder != nullptr && mount_of(*folder) != mount_of(parent)) {
    errno = EBUSY;
    parent.fail("remove the mount point", name);
  }
  return folder;
}

class TreeRemoval {
 public:
  explicit TreeRemoval(const OpenFolder& root) : root_(root) {}

  void run() {
    do {
      raised_ = false;
      empty(root_);
    } while (raised_);
  }

 private:
  void empty(const OpenFolder& folder) {
    for (const std::string& name : folder.names()) {
      const auto status = folder.status(name);
      if (!status) continue;
      if (S_ISDIR(status->st_mode)) {
        remove_folder(folder, name);
      } else if (::unlinkat(folder.fd(), name.c_str(), 0) != 0 && errno != ENOENT) {
        folder.fail("remove", name);
      }
    }
  }

  void remove_folder(const OpenFolder& parent, const std::string& name) {
    open_up(parent, name);
    if (parent.is_deepest()) return raise(parent, name);
    if (const auto folder = open_here(parent, name)) empty(*folder);
    if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
      parent.fail("remove", name);
    }
  }

  // Moves a folder that lies too deep up to the root, for another round.
  void raise(const OpenFolder& parent, const std::string& name) {
    const std::string raised = ".raised." + std::to_string(++raised_count_);
    if (::renameat(parent.fd(), name.c_str(), root_.fd(), raised.c_str()) != 0) {
      parent.fail("move up", name);
    }
    raised_ = true;
  }

  const OpenFolder& root_;
  bool raised_ = false;
  std::uint64_t raised_count_ = 0;
};

void remove_folder_in(const OpenFolder& parent, const std::string& name) {
  if (!parent.status(name)) return;
  open_up(parent, name);
  if (const auto root = open_here(parent, name)) TreeRemoval(*root).run();
  if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    parent.fail("remove", name);
  }
}

}  // namespace

void remove_tree(const std::filesystem::path& folder) {
  remove_folder_in(OpenFolder(folder.parent_path()), folder.filename().string());
}

void remove_contents(const OpenFolder& folder, const std::set<std::string>& names) {
  for (const std::string& name : folder.names()) {
    if (!names.contains(name) && !parse_work_name(name)) continue;
    const auto status = folder.status(name);
    if (status && S_ISDIR(status->st_mode)) remove_folder_in(folder, name);
  }
}

bool remove_emptied(const std::filesystem::path& folder, Empties empties) {
  const OpenFolder parent(folder.parent_path());
  const std::string name = folder.filename().string();
  if (!parent.status(name)) return true;
  open_up(parent, name);
  if (const auto root = parent.open(name)) {
    for (const std::string& entry : root->names()) {
      if (parse_work_name(entry)) {
        remove_tree(root->path() / entry);
      } else if (empties == Empties::remove) {
        ::unlinkat(root->fd(), entry.c_str(), AT_REMOVEDIR);  // or it is seen below
      }
    }
  }
  if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
  if (errno != ENOTEMPTY && errno != EEXIST) parent.fail("remove", name);
  return false;
}

}  // namespace hookwire

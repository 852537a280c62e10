#include "directory_removal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "open_folder.h"

namespace hookwire {

namespace {

void remove_below(const OpenFolder& folder);

// Through its descriptor, so that a link put in its place meanwhile is not followed.
void open_up(const OpenFolder& parent, const std::string& name) {
  const Descriptor folder(
      ::openat(parent.fd(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return;
  const std::string path = "/proc/self/fd/" + std::to_string(folder.get());
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) ::chmod(path.c_str(), 0700);
}

void remove_folder(const OpenFolder& parent, const std::string& name) {
  open_up(parent, name);
  if (const auto folder = parent.open(name)) remove_below(*folder);
  if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    parent.fail("remove", name);
  }
}

void remove_below(const OpenFolder& folder) {
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

}  // namespace

void remove_tree(const std::filesystem::path& folder) {
  const OpenFolder parent(folder.parent_path());
  const std::string name = folder.filename().string();
  if (parent.status(name)) remove_folder(parent, name);
}

}  // namespace hookwire

#include "directory_removal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "open_folder.h"

namespace hookwire {

namespace {

void remove_below(const OpenFolder& folder);

// fchmodat follows links. Only a folder is given here, and the owner of a folder could do to a
// link's target what we do; as root, access is never denied.
void remove_folder(const OpenFolder& parent, const std::string& name) {
  if (::faccessat(parent.fd(), name.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
    ::fchmodat(parent.fd(), name.c_str(), 0700, 0);
  }
  remove_below(OpenFolder(parent, name));
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

#include "migration_paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "folder_below.h"

namespace hookwire {

namespace {

// What cannot be looked at is told by its name alone.
std::optional<FolderIdentity> identity_if_known(const std::filesystem::path& path) {
  try {
    return identity_if_there(path);
  } catch (const IoError&) {
    return std::nullopt;
  }
}

}  // namespace

std::string resolved(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path found = std::filesystem::canonical(path, failed);
  return failed || !std::filesystem::is_directory(found, failed) ? "" : found.string();
}

bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::optional<FolderIdentity> identity = identity_if_known(folder);
  for (std::filesystem::path here = path;; here = here.parent_path()) {
    if (here == folder || (identity && identity_if_known(here) == identity)) return true;
    if (here == here.parent_path()) return false;
  }
}

// With the sticky bit they can only rename what is theirs.
std::string obstacle_on_the_way_to(const std::filesystem::path& folder) {
  for (std::filesystem::path here = folder;; here = here.parent_path()) {
    struct stat status {};
    if (::stat(here.c_str(), &status) != 0) throw IoError(errno, "look at " + here.string());
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
      return here.string() + " belongs to user " + std::to_string(status.st_uid) +
             ": chown it to root or to the driver's, " + std::to_string(::geteuid());
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0) {
      return here.string() + " may be written by others than the driver's user: chmod go-w it";
    }
    if (here == here.parent_path()) return "";
  }
}

}  // namespace hookwire

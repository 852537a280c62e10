#include "folder_below.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

#include "exchange.h"

namespace hookwire {

namespace {

constexpr unsigned int kWanted = STATX_TYPE | STATX_INO | STATX_BTIME;

FolderIdentity identity_in(const struct statx& status) {
  const bool has_birth = (status.stx_mask & STATX_BTIME) != 0;
  return {.device = ::makedev(status.stx_dev_major, status.stx_dev_minor),
          .inode = status.stx_ino,
          .born_ns = !has_birth ? 0
                                : std::int64_t{status.stx_btime.tv_sec} * 1'000'000'000 +
                                      std::int64_t{status.stx_btime.tv_nsec}};
}

void sync(const OpenFolder& folder) {
  if (::fsync(folder.fd()) != 0) throw IoError(errno, "sync " + folder.path().string());
}

std::filesystem::path relative_to(const std::filesystem::path& root,
                                  const std::filesystem::path& path) {
  if (path.is_relative()) return path;
  if (is_below(root, path)) return path.lexically_relative(root);
  std::error_code failed;
  const std::filesystem::path resolved = std::filesystem::canonical(root, failed);
  if (!failed && is_below(resolved, path)) return path.lexically_relative(resolved);
  throw FolderRefused("'" + path.string() + "' is not below " + root.string());
}

}  // namespace

FolderIdentity identity_of(const OpenFolder& folder) {
  struct statx status {};
  if (::statx(folder.fd(), "", AT_EMPTY_PATH, kWanted, &status) != 0) {
    throw IoError(errno, "look at " + folder.path().string());
  }
  return identity_in(status);
}

FolderIdentity lasting(FolderIdentity identity) noexcept {
  if (identity.born_ns != 0) identity.device = 0;
  return identity;
}

std::optional<FolderIdentity> lasting_identity(const std::filesystem::path& path) {
  const std::optional<FolderIdentity> identity = identity_if_there(path);
  return identity ? std::optional(lasting(*identity)) : std::nullopt;
}

std::optional<FolderIdentity> identity_if_there(const std::filesystem::path& path) {
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, kWanted, &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw IoError(errno, "look at " + path.string());
  }
  if (!S_ISDIR(status.stx_mode)) return std::nullopt;
  return identity_in(status);
}

bool is_below(const std::filesystem::path& folder, const std::filesystem::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

FolderIdentity identity_of(const std::filesystem::path& path) {
  if (const auto identity = identity_if_there(path)) return *identity;
  throw Error(ErrorCode::bad_input, path.string() + " is no folder");
}

FolderBelow::FolderBelow(const std::filesystem::path& root, const std::string& path) : path_(root) {
  if (const std::filesystem::path given = path;
      std::find(given.begin(), given.end(), "..") != given.end()) {
    throw FolderRefused("'" + path + "' has a '..'");
  }
  open_.push_back(std::make_unique<OpenFolder>(root / "."));  // a link as the root is followed
  chain_.push_back(identity_of(*open_.back()));
  for (const std::filesystem::path& name : relative_to(root, path)) {
    if (!name.empty() && name != ".") descend(name.string());
  }
  if (chain_.size() == 1) throw FolderRefused(root.string() + " itself is the driver's root");
}

void FolderBelow::descend(const std::string& name) {
  path_ /= name;
  relative_ /= name;
  const auto status = open_.back()->status(name);
  if (!status) throw FolderRefused(path_.string() + " does not exist");
  if (S_ISLNK(status->st_mode)) throw FolderRefused(path_.string() + " is a symbolic link");
  if (!S_ISDIR(status->st_mode)) throw FolderRefused(path_.string() + " is no folder");
  open_.push_back(std::make_unique<OpenFolder>(*open_.back(), name));
  chain_.push_back(identity_of(*open_.back()));
}

bool FolderBelow::is_writable() const {
  const std::string opened = "/proc/self/fd/" + std::to_string(open_.back()->fd());
  return ::faccessat(AT_FDCWD, opened.c_str(), W_OK, AT_EACCESS) == 0;
}

void FolderBelow::check_ours_alone() const {
  struct stat status {};
  if (::fstat(open_.back()->fd(), &status) != 0) throw IoError(errno, "look at " + path_.string());
  if (status.st_uid != ::geteuid()) {
    throw FolderRefused(path_.string() + " belongs to user " + std::to_string(status.st_uid) +
                        ": chown it to the driver's, " + std::to_string(::geteuid()));
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw FolderRefused(path_.string() +
                        " may be written by others than the driver's user: chmod go-w it");
  }
}

void FolderBelow::move_to(const std::filesystem::path& to, Log& log) const {
  const OpenFolder& parent = *open_[open_.size() - 2];
  const OpenFolder target(to.parent_path());
  const std::string from_name = path_.filename().string();
  const std::string to_name = to.filename().string();
  if (!rename_to_free(parent.fd(), from_name, target.fd(), to_name)) {
    parent.fail(("rename to " + to.string() + " the folder").c_str(), from_name);
  }
  try {
    if (identity_if_there(to) != identity()) {
      throw Error(ErrorCode::busy, path_.string() + " was replaced meanwhile: try again");
    }
    sync(target);
    sync(parent);
  } catch (...) {
    if (!rename_to_free(target.fd(), to_name, parent.fd(), from_name)) {
      log.error(IoError(errno, "a call failed, and could not rename " + to.string() + " back to " +
                                   path_.string())
                    .what());
    }
    throw;
  }
}

}  // namespace hookwire

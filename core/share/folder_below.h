#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "hookwire/base/log.h"

#include "open_folder.h"

namespace hookwire {

/// What a folder is, whatever path leads to it.
struct FolderIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  std::int64_t born_ns = 0;  // 0 where the file system keeps no such time: inodes are used again
  friend bool operator==(const FolderIdentity&, const FolderIdentity&) = default;
};

/// The identity of the folder at `path`, no link followed. Throws IoError; Error bad_input when it
/// is no folder.
FolderIdentity identity_of(const std::filesystem::path& path);

/// The same; nothing when there is no folder.
std::optional<FolderIdentity> identity_if_there(const std::filesystem::path& path);

FolderIdentity identity_of(const OpenFolder& folder);

/// What of an identity is the same after a start of the machine, when a disk may have got another
/// number: that counts only where there is no time of birth. To be kept in the state.
FolderIdentity lasting(FolderIdentity identity) noexcept;

/// The lasting identity of the folder at `path`, no link followed; nothing when there is no folder.
/// Throws IoError.
std::optional<FolderIdentity> lasting_identity(const std::filesystem::path& path);

/// True when `path` is `folder` or lies below it, by its names.
bool is_below(const std::filesystem::path& folder, const std::filesystem::path& path);

/// Why a folder cannot be taken over; the message says which and why.
class FolderRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A folder somewhere below a root, found one name at a time: no symbolic link leads there, and it
/// is held open, so that it stays the one that was looked at. Confined to one thread.
class FolderBelow {
 public:
  /// `path` is relative to `root`, or absolute and begins with it (as it is given, or with its
  /// links resolved). Throws FolderRefused when it is not below the root, has a "..", leads over a
  /// link or is no folder; IoError.
  FolderBelow(const std::filesystem::path& root, const std::string& path);

  /// Below the root as it was given, without "." and doubled slashes.
  const std::filesystem::path& path() const noexcept { return path_; }
  /// The same, relative to the root.
  const std::filesystem::path& relative() const noexcept { return relative_; }
  const FolderIdentity& identity() const noexcept { return chain_.back(); }
  /// Of the root, of every folder on the way, of the folder itself.
  const std::vector<FolderIdentity>& chain() const noexcept { return chain_; }

  /// Names in it. Throws IoError.
  std::vector<std::string> names() const { return open_.back()->names(); }

  /// False when we may not write to it: it can be renamed then, but not to another folder.
  bool is_writable() const;

  /// Throws FolderRefused when others than the user we are may write to it, or let themselves;
  /// IoError.
  void check_ours_alone() const;

  /// Renames it to `to`, which must not exist. On stable storage when it returns. Throws IoError,
  /// or Error busy when another folder was put in its place, and has renamed nothing then, or logs
  /// why that could not be taken back.
  void move_to(const std::filesystem::path& to, Log& log) const;

 private:
  void descend(const std::string& name);

  std::filesystem::path path_;
  std::filesystem::path relative_;
  std::vector<FolderIdentity> chain_;
  std::vector<std::unique_ptr<OpenFolder>> open_;  // in the same order; each refers to the former
};

}  // namespace hookwire

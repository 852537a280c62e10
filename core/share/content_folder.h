#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

namespace hookwire {

/// A folder whose entries are the contents of shares, or of snapshots, by id. What is being made or
/// removed lies beside them under a working name, `.work.<number>.<id>`, so that under its id there
/// is all of it or nothing. The order of steps:
///
///   to make:    fill the working name, save the state that knows the id, rename to the id
///   to remove:  rename to a working name, save the state that no longer knows it, remove
///
/// Whenever the process dies, recover() puts the content where the saved state says it is.
/// Thread-compatible.
class ContentFolder {
 public:
  /// Makes the folder (0700) when absent. Throws IoError.
  ContentFolder(FileSystem& files, std::filesystem::path folder);

  const std::filesystem::path& path() const noexcept { return folder_; }
  std::filesystem::path path_of(const std::string& id) const { return folder_ / id; }
  bool has(const std::string& id) const { return files_.exists(path_of(id)); }

  /// Throws Error bad_input when something unknown lies where the content of a new `id` would.
  void check_free(const std::string& id) const;

  /// A working name for `id` that was never used before.
  std::filesystem::path new_work_path(const std::string& id);

  /// Renames content from or to its working name, on stable storage when it returns. Throws
  /// IoError, and has renamed nothing then.
  void move(const std::filesystem::path& from, const std::filesystem::path& to);

  /// Makes the folder agree with the ids `known` to the state, after earlier processes: content
  /// that is known is put back from its working name. Logs what it does, content that is unknown
  /// (left alone) and content that is missing. Returns working names that nobody needs, to be
  /// removed. What this process works on is left alone. Throws IoError.
  std::vector<std::filesystem::path> recover(const std::set<std::string>& known, Log& log);

 private:
  struct Work {
    std::uint64_t number;
    std::string id;
    std::filesystem::path path;
  };
  std::vector<Work> find_work() const;  // the newest first

  FileSystem& files_;
  std::filesystem::path folder_;
  std::uint64_t first_number_ = 1;  // of this process: lower ones are of earlier ones
  std::uint64_t next_number_ = 1;
};

}  // namespace hookwire

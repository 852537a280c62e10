#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

#include "work_name.h"

namespace hookwire {

/// A folder whose entries are the contents of shares, or of snapshots, by id. What is being made or
/// removed lies beside them, so that under its id there is all of it or nothing: under a partial
/// name, `.part.<number>.<id>`, what is not whole or not wanted any more; under a working name,
/// `.work.<number>.<id>`, what is whole. The order of steps:
///
///   to make:    fill the partial name, rename to the working name, save the state that knows the
///               id, rename to the id
///   to replace: fill the partial name, exchange it with the id, remove what is there now
///   to remove:  rename to a working name, save the state that no longer knows it, rename to a
///               partial name, remove
///
/// Whenever the process dies, recover() puts the content where the saved state says it is.
/// Thread-compatible.
class ContentFolder {
 public:
  /// The folder itself may be absent: then nothing is in it. `numbers` are those of the root.
  ContentFolder(FileSystem& files, std::filesystem::path folder, WorkNumbers& numbers);

  /// Makes the folder (0700) when absent. Throws IoError.
  void make();

  /// Tells `numbers` of the working names in it. Throws IoError.
  void see_numbers();

  const std::filesystem::path& path() const noexcept { return folder_; }
  std::filesystem::path path_of(const std::string& id) const { return folder_ / id; }
  bool has(const std::string& id) const { return files_.exists(path_of(id)); }

  /// Throws Error bad_input when something unknown lies where the content of a new `id` would.
  void check_free(const std::string& id) const;

  /// Throws Error bad_input when recover() would put the content of `id` back.
  void check_not_pending(const std::string& id) const;

  /// A working name, or a partial one, for `id` that was never used before.
  std::filesystem::path new_work_path(const std::string& id);
  std::filesystem::path new_part_path(const std::string& id);

  /// Renames what is whole now from its partial to its working name, which it returns; on stable
  /// storage then. Thread-safe. Throws IoError, and has renamed nothing then.
  std::filesystem::path made_whole(const std::filesystem::path& part);

  /// Renames what nobody wants any more from its working to a partial name, so that it is never put
  /// back. Returns where it lies, whether it worked or not. Thread-safe. Never throws.
  std::filesystem::path given_up(const std::filesystem::path& work) noexcept;

  /// What lies in it beside contents of `known` ids and what is being made or removed. Throws
  /// IoError.
  std::vector<std::string> unknown(const std::set<std::string>& known) const;

  /// Renames content from or to its working name, on stable storage when it returns. Throws
  /// IoError, and has renamed nothing then.
  void move(const std::filesystem::path& from, const std::filesystem::path& to);

  /// Puts what lies at `part`, whole and on stable storage, in the place of the content of `id`, if
  /// there is any: in one step where the file system can exchange two names, else in two, and
  /// recover() puts the old content back when the process dies between them. Returns the partial
  /// name of the old content, to be removed. Throws IoError, and has changed nothing then; when it
  /// cannot change that back, it logs so, keeps the old content as `.kept.<number>.<id>` and clears
  /// `part`, since nothing is to be removed.
  std::filesystem::path replace(std::filesystem::path& part, const std::string& id, Log& log);

  /// Makes the folder agree with the ids `known` to the state, after earlier processes: content
  /// that is known is put back from its working name. Logs what it does, content that is unknown
  /// (left alone) and content that is missing. Returns what nobody needs, to be removed. What this
  /// process works on is left alone. Throws IoError when it cannot list it.
  std::vector<std::filesystem::path> recover(const std::set<std::string>& known, Log& log);

 private:
  std::vector<std::string> names() const;   // in it, none when it is absent
  std::vector<WorkName> find_work() const;  // the newest first
  std::filesystem::path replace_in_steps(const std::filesystem::path& part, const std::string& id);
  void exchange_back(std::filesystem::path& part, const std::string& id, Log& log) noexcept;
  void put_back(const WorkName& work, Log& log);

  FileSystem& files_;
  std::filesystem::path folder_;
  WorkNumbers& numbers_;
};

}  // namespace hookwire

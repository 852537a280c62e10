#pragma once

#include <sys/types.h>

#include <filesystem>

#include "open_folder.h"

namespace hookwire {

/// A folder that was just made, held open: all that is done to it is done through its descriptor,
/// since others may be able to put something else in its place. Confined to one thread.
class NewFolder {
 public:
  /// Makes it, mode 0700. Throws IoError; Error busy when what lies there is not what was made.
  explicit NewFolder(const std::filesystem::path& path);

  const OpenFolder& folder() const noexcept { return folder_; }

  /// Gives it a mode, whatever the umask. Throws IoError.
  void set_mode(mode_t mode) const;

  /// Throws Error busy when its path leads elsewhere now; IoError.
  void check_in_place() const;

 private:
  OpenFolder folder_;
};

}  // namespace hookwire

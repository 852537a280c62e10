#pragma once

#include <filesystem>
#include <string>

namespace hookwire::bench {

/// A fresh folder for journals and sockets, removed with everything in it at the end. Made in
/// `parent`; when that is empty, in TMPDIR or else in the current folder, since /tmp may be memory.
class WorkFolder {
 public:
  /// Throws Error bad_input when it cannot be made.
  explicit WorkFolder(const std::string& parent);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::filesystem::path in(const std::string& name) const { return path_ / name; }
  /// A stream endpoint in a folder of its own, which the publisher makes.
  std::string endpoint() const { return "ipc://" + in("s/stream").string(); }
  /// "ext4", "tmpfs", ... or the kernel's number for it.
  std::string file_system() const;

 private:
  std::filesystem::path path_;
};

}  // namespace hookwire::bench

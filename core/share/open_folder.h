#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/error.h"

#include "descriptor.h"

namespace hookwire {

/// An open folder of a tree that others may change at any moment: everything in it is reached
/// through its descriptor and never through a symbolic link, so that nobody can lead us out of the
/// tree. Confined to one thread.
class OpenFolder {
 public:
  /// A tree deeper than this is refused: each level on the way down holds a descriptor.
  static constexpr int kMaxDepth = 128;

  /// The root of a tree. Throws IoError.
  explicit OpenFolder(const std::filesystem::path& path);
  /// A folder in `parent`. Throws IoError; Error bad_input when it lies too deep.
  OpenFolder(const OpenFolder& parent, const std::string& name);

  /// The folder `name` in it; nothing when it is gone. Throws as the constructor does.
  std::unique_ptr<OpenFolder> open(const std::string& name) const;

  /// Whether a folder in it would be refused.
  bool is_deepest() const noexcept { return depth_ == kMaxDepth; }

  int fd() const noexcept { return descriptor_.get(); }
  const std::filesystem::path& path() const noexcept { return path_; }

  /// Names in it, without "." and "..". Throws IoError.
  std::vector<std::string> names() const;
  /// Of the entry itself, not of what a link points at; nothing when it is gone. Throws IoError.
  std::optional<struct stat> status(const std::string& name) const;

  /// Throws IoError of errno, naming the action and the entry.
  [[noreturn]] void fail(const char* doing, const std::string& name) const;

 private:
  std::filesystem::path path_;  // for messages only
  int depth_ = 0;
  Descriptor descriptor_;
};

}  // namespace hookwire

#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace hookwire::testing {

/// A fresh folder, mode 0700, below $TMPDIR or /tmp, that is removed with everything in it when the
/// object goes. Immutable.
class TempFolder {
 public:
  /// Throws std::runtime_error when it cannot be made.
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hookwire-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace hookwire::testing

#pragma once

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/error.h"
#include "hookwire/base/file_system.h"

namespace hookwire::testing {

/// Files for which no space can be taken while `full`. Thread-safe.
class FullDisk final : public FileSystem {
 public:
  std::atomic<bool> full{false};
  std::atomic<int> refused{0};

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    if (mode == OpenMode::create_new && full) {
      ++refused;
      throw IoError(ENOSPC, "take space for " + path.string());
    }
    return files_.open(path, mode);
  }
  void make_directory(const std::filesystem::path& path, mode_t mode) override {
    files_.make_directory(path, mode);
  }
  std::vector<std::string> list(const std::filesystem::path& folder) override {
    return files_.list(folder);
  }
  bool exists(const std::filesystem::path& path) override { return files_.exists(path); }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    files_.rename(from, to);
  }
  void remove(const std::filesystem::path& path) override { files_.remove(path); }
  void sync_directory(const std::filesystem::path& path) override { files_.sync_directory(path); }
  std::uint64_t free_bytes(const std::filesystem::path& path) override {
    return files_.free_bytes(path);
  }
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override {
    return files_.lock(path);
  }
  std::optional<pid_t> lock_holder(const std::filesystem::path& path) override {
    return files_.lock_holder(path);
  }

 private:
  PosixFileSystem files_;
};

}  // namespace hookwire::testing

#pragma once

#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "hookwire/base/error.h"

#include "support/forwarding_file_system.h"

namespace hookwire::testing {

/// Files whose writes and syncs fail when a test says so, and which forget what was not synced when
/// the power fails: content behind the last sync of a file, names behind the last of their folder.
class FaultyFiles final : public ForwardingFileSystem {
 public:
  int write_error = 0;  ///< errno of every write, which gets half way; 0: none.
  int sync_error = 0;   ///< errno of every sync of a file, after which nothing of it is durable.
  int faults = 0;       ///< How often one of them struck.

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    return std::make_unique<FaultyFile>(ForwardingFileSystem::open(path, mode), path, *this);
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    ForwardingFileSystem::rename(from, to);
    durable_bytes_[to] = durable_bytes_[from];
  }
  void sync_directory(const std::filesystem::path& path) override {
    ForwardingFileSystem::sync_directory(path);
    for (const std::string& name : list(path)) {
      durable_names_.insert((path / name).lexically_normal());
    }
  }

  /// Everything below `folder` becomes what a machine finds when it boots again.
  void lose_power(const std::filesystem::path& folder) {
    for (const std::string& name : list(folder)) {
      const std::filesystem::path path = folder / name;
      if (!durable_names_.contains(path)) {
        std::filesystem::remove_all(path);
      } else if (std::filesystem::is_directory(path)) {
        lose_power(path);
      } else if (std::filesystem::file_size(path) > durable_bytes_[path]) {
        std::filesystem::resize_file(path, durable_bytes_[path]);
      }
    }
  }

 private:
  class FaultyFile final : public ForwardingFile {
   public:
    FaultyFile(std::unique_ptr<File> file, std::filesystem::path path, FaultyFiles& files)
        : ForwardingFile(std::move(file)), path_(std::move(path)), files_(files) {}

    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (files_.write_error == 0) return ForwardingFile::write_at(offset, bytes);
      ForwardingFile::write_at(offset, bytes.first(bytes.size() / 2));
      ++files_.faults;
      throw IoError(files_.write_error, "write " + path_.string());
    }
    void sync() override {
      if (files_.sync_error != 0) {
        ++files_.faults;
        throw IoError(files_.sync_error, "sync " + path_.string());
      }
      ForwardingFile::sync();
      files_.durable_bytes_[path_] = size();
    }

   private:
    std::filesystem::path path_;
    FaultyFiles& files_;
  };

  std::map<std::filesystem::path, std::uint64_t> durable_bytes_;
  std::set<std::filesystem::path> durable_names_;
};

}  // namespace hookwire::testing

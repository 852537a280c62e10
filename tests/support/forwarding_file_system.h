#pragma once

#include <memory>
#include <utility>

#include "hookwire/base/file_system.h"

namespace hookwire::testing {

/// Passes everything on to a file. A test overrides what it wants to break.
class ForwardingFile : public File {
 public:
  explicit ForwardingFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return file_->read_at(offset, into);
  }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    file_->write_at(offset, bytes);
  }
  void sync() override { file_->sync(); }
  void allocate(std::uint64_t bytes) override { file_->allocate(bytes); }
  void truncate(std::uint64_t bytes) override { file_->truncate(bytes); }
  std::uint64_t size() override { return file_->size(); }
  std::unique_ptr<Mapping> map(std::size_t bytes, bool writable) override {
    return file_->map(bytes, writable);
  }

 private:
  std::unique_ptr<File> file_;
};

/// Passes everything on to the operating system's files. A test overrides what it wants to break.
class ForwardingFileSystem : public FileSystem {
 public:
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
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
  std::optional<FileAccess> access(const std::filesystem::path& path) override {
    return files_.access(path);
  }
  std::optional<pid_t> lock_holder(const std::filesystem::path& path) override {
    return files_.lock_holder(path);
  }

 private:
  PosixFileSystem files_;
};

}  // namespace hookwire::testing

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace hookwire {

/// Part of a file in memory, unmapped when destroyed. Thread-compatible.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual std::span<std::byte> bytes() noexcept = 0;

  /// Makes the pages of [offset, offset + count) present and writable now, so that the first store
  /// does not fault. Best effort: returns false where the kernel cannot (before Linux 5.14).
  virtual bool populate(std::size_t offset, std::size_t count) noexcept = 0;
};

/// An open file. Positions are given, never kept. Every function throws IoError on failure and
/// goes on after EINTR, but for sync(). Thread-safe.
class File {
 public:
  virtual ~File() = default;

  /// Reads until `into` is full or the file ends; returns the bytes read.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  /// Writes all of `bytes`.
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// fdatasync: content and size are on stable storage afterwards. Not to be retried when it fails;
  /// one that was interrupted has failed.
  virtual void sync() = 0;
  /// posix_fallocate: [0, bytes) exists, reads as zero where unwritten, and stores cannot fail for
  /// want of space.
  virtual void allocate(std::uint64_t bytes) = 0;
  virtual void truncate(std::uint64_t bytes) = 0;
  virtual std::uint64_t size() = 0;
  /// MAP_SHARED of [0, bytes).
  virtual std::unique_ptr<Mapping> map(std::size_t bytes, bool writable) = 0;
};

/// How a file is opened.
enum class OpenMode {
  read,        ///< Must exist.
  write,       ///< Read and write; must exist.
  create,      ///< Read and write; made with mode 0600 when absent.
  create_new,  ///< Read and write; made with mode 0600; fails when it exists.
};

/// Who may do what with a file.
struct FileAccess {
  uid_t owner = 0;
  mode_t mode = 0;  ///< Permission bits alone.
  bool regular = false;
};

/// Held while it lives: nobody else, in this process or another, holds the same file's lock.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// The file system, behind a seam so that tests can break it. Every function throws IoError on
/// failure. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) = 0;
  /// Makes one folder with `mode`; no error when it exists.
  virtual void make_directory(const std::filesystem::path& path, mode_t mode) = 0;
  /// Names in the folder, without "." and "..", sorted.
  virtual std::vector<std::string> list(const std::filesystem::path& folder) = 0;
  virtual bool exists(const std::filesystem::path& path) = 0;
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual void remove(const std::filesystem::path& path) = 0;
  /// fsync of a folder: entries made, renamed and removed so far are on stable storage.
  virtual void sync_directory(const std::filesystem::path& path) = 0;
  /// Bytes that an unprivileged process could still write there.
  virtual std::uint64_t free_bytes(const std::filesystem::path& path) = 0;
  /// Takes the lock on `path` (made when absent). Throws Error busy that names the holder's pid.
  /// A child made by fork does not hold it.
  virtual std::unique_ptr<FileLock> lock(const std::filesystem::path& path) = 0;
  /// Owner and mode of a file, a link followed; nothing where files have none (in a test's memory).
  virtual std::optional<FileAccess> access(const std::filesystem::path& /*path*/) {
    return std::nullopt;
  }
  /// The process that holds the lock on `path` now; nothing when none does or there is no such
  /// file. Takes no lock.
  virtual std::optional<pid_t> lock_holder(const std::filesystem::path& path) = 0;
};

/// The operating system's files. No state.
class PosixFileSystem final : public FileSystem {
 public:
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override;
  void make_directory(const std::filesystem::path& path, mode_t mode) override;
  std::vector<std::string> list(const std::filesystem::path& folder) override;
  bool exists(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void sync_directory(const std::filesystem::path& path) override;
  std::uint64_t free_bytes(const std::filesystem::path& path) override;
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override;
  std::optional<FileAccess> access(const std::filesystem::path& path) override;
  std::optional<pid_t> lock_holder(const std::filesystem::path& path) override;
};

}  // namespace hookwire
#pragma GCC visibility pop

#include "hookwire/base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <linux/fs.h>
#include <linux/magic.h>

#include "hookwire/base/error.h"
#include "hookwire/base/file_descriptor.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace hookwire {

namespace {

class PosixMapping final : public Mapping {
 public:
  explicit PosixMapping(std::span<std::byte> bytes) : bytes_(bytes) {}
  ~PosixMapping() override { ::munmap(bytes_.data(), bytes_.size()); }
  PosixMapping(const PosixMapping&) = delete;
  PosixMapping& operator=(const PosixMapping&) = delete;

  std::span<std::byte> bytes() noexcept override { return bytes_; }

  bool populate(std::size_t offset, std::size_t count) noexcept override {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t start = offset / page * page;
    const std::size_t end = std::min(offset + count, bytes_.size());
    if (start >= end) return true;
    return ::madvise(bytes_.data() + start, end - start, MADV_POPULATE_WRITE) == 0;
  }

 private:
  std::span<std::byte> bytes_;
};

class PosixFile final : public File {
 public:
  PosixFile(FileDescriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t count = ::pread(descriptor_.get(), into.data() + done, into.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count == 0) break;
      if (count > 0) done += static_cast<std::size_t>(count);
      if (count < 0 && errno != EINTR) fail("read");
    }
    return done;
  }

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count =
          ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno != EINTR) fail("write");
      if (count <= 0) continue;
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }

  void sync() override {
    if (::fdatasync(descriptor_.get()) != 0) fail("sync");
  }

  void allocate(std::uint64_t bytes) override {
    keep_in_place();
    int error = 0;
    do {
      error = ::posix_fallocate(descriptor_.get(), 0, static_cast<off_t>(bytes));
    } while (error == EINTR);
    if (error != 0) throw IoError(error, "take " + std::to_string(bytes) + " bytes for " + path_);
  }

  void truncate(std::uint64_t bytes) override {
    while (::ftruncate(descriptor_.get(), static_cast<off_t>(bytes)) != 0) {
      if (errno != EINTR) fail("truncate");
    }
  }

  std::uint64_t size() override {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) fail("look at");
    return static_cast<std::uint64_t>(status.st_size);
  }

  std::unique_ptr<Mapping> map(std::size_t bytes, bool writable) override {
    const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void* address = ::mmap(nullptr, bytes, protection, MAP_SHARED, descriptor_.get(), 0);
    if (address == MAP_FAILED) fail("map");
    return std::make_unique<PosixMapping>(std::span(static_cast<std::byte*>(address), bytes));
  }

 private:
  [[noreturn]] void fail(const char* doing) const {
    throw IoError(errno, std::string(doing) + " " + path_);
  }

  // Btrfs writes to other blocks than those that were taken, and raises SIGBUS when there are none,
  // unless a file says before it has any that it is written in place. Best effort.
  void keep_in_place() const {
    struct statfs system {};
    if (::fstatfs(descriptor_.get(), &system) != 0 || system.f_type != BTRFS_SUPER_MAGIC) return;
    int flags = 0;
    if (::ioctl(descriptor_.get(), FS_IOC_GETFLAGS, &flags) != 0) return;
    flags |= FS_NOCOW_FL;
    ::ioctl(descriptor_.get(), FS_IOC_SETFLAGS, &flags);
  }

  FileDescriptor descriptor_;
  std::string path_;
};

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::write:
      return O_RDWR;
    case OpenMode::create:
      return O_RDWR | O_CREAT;
    case OpenMode::create_new:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

}  // namespace

std::unique_ptr<File> PosixFileSystem::open(const std::filesystem::path& path, OpenMode mode) {
  FileDescriptor descriptor = open_descriptor(path.c_str(), flags_of(mode));
  if (!descriptor.valid()) throw IoError(errno, "open " + path.string());
  return std::make_unique<PosixFile>(std::move(descriptor), path.string());
}

void PosixFileSystem::make_directory(const std::filesystem::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return;
  if (errno == EEXIST && std::filesystem::is_directory(path)) return;
  throw IoError(errno, "make the folder " + path.string());
}

std::vector<std::string> PosixFileSystem::list(const std::filesystem::path& folder) {
  DIR* stream = nullptr;
  do {
    stream = ::opendir(folder.c_str());
  } while (stream == nullptr && errno == EINTR);
  if (stream == nullptr) throw IoError(errno, "list " + folder.string());
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  const int error = errno;
  ::closedir(stream);
  if (error != 0) throw IoError(error, "list " + folder.string());
  std::sort(names.begin(), names.end());
  return names;
}

bool PosixFileSystem::exists(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw IoError(errno, "look at " + path.string());
}

void PosixFileSystem::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw IoError(errno, "rename " + from.string() + " to " + to.string());
  }
}

void PosixFileSystem::remove(const std::filesystem::path& path) {
  if (::remove(path.c_str()) != 0) throw IoError(errno, "remove " + path.string());
}

void PosixFileSystem::sync_directory(const std::filesystem::path& path) {
  const FileDescriptor descriptor = open_descriptor(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!descriptor.valid()) throw IoError(errno, "open " + path.string());
  if (::fsync(descriptor.get()) != 0) throw IoError(errno, "sync " + path.string());
}

std::uint64_t PosixFileSystem::free_bytes(const std::filesystem::path& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) {
    throw IoError(errno, "ask for the free space of " + path.string());
  }
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

std::optional<FileAccess> PosixFileSystem::access(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw IoError(errno, "ask for owner and mode of " + path.string());
  }
  return FileAccess{
      .owner = status.st_uid, .mode = status.st_mode & 07777, .regular = S_ISREG(status.st_mode)};
}

}  // namespace hookwire

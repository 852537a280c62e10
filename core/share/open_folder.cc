#include "open_folder.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <string_view>

namespace hookwire {

namespace {

constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

}  // namespace

OpenFolder::OpenFolder(const std::filesystem::path& path)
    : path_(path), descriptor_(::open(path.c_str(), kFlags)) {
  if (!descriptor_.valid()) throw IoError(errno, "open " + path_.string());
}

OpenFolder::OpenFolder(const OpenFolder& parent, const std::string& name)
    : path_(parent.path_ / name),
      depth_(parent.depth_ + 1),
      descriptor_(depth_ > kMaxDepth ? -1 : ::openat(parent.fd(), name.c_str(), kFlags)) {
  if (depth_ > kMaxDepth) {
    throw Error(ErrorCode::bad_input, path_.string() + " lies more than " +
                                          std::to_string(kMaxDepth) +
                                          " folders deep: move it up or remove it");
  }
  if (!descriptor_.valid()) throw IoError(errno, "open " + path_.string());
}

std::unique_ptr<OpenFolder> OpenFolder::open(const std::string& name) const {
  try {
    return std::make_unique<OpenFolder>(*this, name);
  } catch (const IoError& error) {
    if (error.error_number() == ENOENT) return nullptr;
    throw;
  }
}

std::vector<std::string> OpenFolder::names() const {
  // The stream takes a descriptor of its own: closing it closes that.
  const int copy = ::openat(fd(), ".", kFlags);
  if (copy < 0) throw IoError(errno, "open " + path_.string());
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), &::closedir);
  if (stream == nullptr) {
    const int error = errno;
    ::close(copy);
    throw IoError(error, "list " + path_.string());
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) throw IoError(errno, "list " + path_.string());
  return names;
}

std::optional<struct stat> OpenFolder::status(const std::string& name) const {
  struct stat found {};
  if (::fstatat(fd(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) return found;
  if (errno == ENOENT) return std::nullopt;
  fail("look at", name);
}

void OpenFolder::fail(const char* doing, const std::string& name) const {
  const int error = errno;
  throw IoError(error, std::string(doing) + " " + (path_ / name).string());
}

}  // namespace hookwire

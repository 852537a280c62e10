#include "program_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "hookwire/base/error.h"
#include "hookwire/base/other_writers.h"

namespace hookwire {

namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::configuration, message);
}

void check_writers(const std::filesystem::path& part, const struct stat& status) {
  const std::string others = other_writers(part, status);
  if (!others.empty()) refuse(others);
}

}  // namespace

FileDescriptor open_program(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file.valid()) refuse(IoError(errno, "open the program " + path.string()).what());
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    refuse(IoError(errno, "look at the program " + path.string()).what());
  }
  if (!S_ISREG(status.st_mode)) refuse(path.string() + " is not a regular file");
  check_writers(path, status);
  if ((status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
    refuse(path.string() + " is not executable; run: chmod u+x " + path.string());
  }
  return file;
}

void check_program(const std::filesystem::path& path) {
  static_cast<void>(open_program(path));
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) refuse(path.string() + " cannot be found (" + error.message() + ")");
  for (std::filesystem::path folder = real.parent_path();; folder = folder.parent_path()) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) {
      refuse(IoError(errno, "look at " + folder.string()).what());
    }
    check_writers(folder, status);
    if (folder == folder.root_path()) return;
  }
}

}  // namespace hookwire

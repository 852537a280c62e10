#include "cgroup.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

FileDescriptor open_for_writing(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) throw IoError(errno, "open " + path);
  return file;
}

}  // namespace

Cgroup::Cgroup(const std::string& folder) : processes_(-1), kill_(-1) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    throw IoError(errno, "make the cgroup " + folder);
  }
  processes_ = open_for_writing(folder + "/cgroup.procs");
  kill_ = open_for_writing(folder + "/cgroup.kill");
}

void Cgroup::kill() noexcept {
  // Cannot fail once it is open; the process group is killed in any case.
  static_cast<void>(!::write(kill_.get(), "1", 1));
}

void remove_cgroup(const std::string& folder,
                   std::chrono::steady_clock::time_point deadline) noexcept {
  while (::rmdir(folder.c_str()) != 0 && errno == EBUSY &&
         std::chrono::steady_clock::now() < deadline) {
    ::poll(nullptr, 0, 1);
  }
}

std::string why_no_cgroup(const std::string& folder) {
  if (::access((folder + "/cgroup.procs").c_str(), W_OK) != 0) {
    return IoError(errno, "write to " + folder + "/cgroup.procs").what() +
           std::string("; name a cgroup of version 2 that is delegated to this user");
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    return IoError(errno, "make cgroups in " + folder).what();
  }
  return {};
}

}  // namespace hookwire

#include "tree_fingerprint.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "file_attributes.h"
#include "open_folder.h"

namespace hookwire {

namespace {

constexpr int kTries = 5;
constexpr std::chrono::milliseconds kTick(10);  // of the slowest kernel clock

std::int64_t ns_of(const timespec& time) noexcept {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// The clock that the kernel takes times of change from.
std::int64_t change_clock_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return ns_of(now);
}

class Walk {
 public:
  TreeFingerprint run(const OpenFolder& root) {
    const std::int64_t started_ns = change_clock_ns();
    add_root(root);
    add_all(root);
    // What changes from now on gets a later time than any that was seen.
    return {.hash = hash_, .is_settled = newest_ns_ < started_ns};
  }

 private:
  // Of the folder itself all but its times: a rename sets that of its status, and an exchange on
  // XFS that of its entries too. Those show by themselves.
  void add_root(const OpenFolder& root) {
    struct stat status {};
    std::string attributes;
    if (::fstat(root.fd(), &status) != 0 || !read_attributes(root.fd(), attributes)) {
      throw IoError(errno, "look at " + root.path().string());
    }
    status.st_mtim = {};
    status.st_ctim = {};
    add(attributes, status);
    mix(status.st_uid);
    mix(status.st_gid);
  }

  void add_all(const OpenFolder& folder) {
    std::vector<std::string> names = folder.names();
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const auto status = folder.status(name);
      if (!status) continue;
      add(name, *status);
      if (!S_ISDIR(status->st_mode)) continue;
      if (const auto below = folder.open(name)) add_all(*below);
      add("..", {});
    }
  }

  void add(std::string_view name, const struct stat& status) {
    for (const char c : name) mix(static_cast<unsigned char>(c));
    for (const std::uint64_t number :
         {std::uint64_t{name.size()}, std::uint64_t{status.st_ino}, std::uint64_t{status.st_mode},
          static_cast<std::uint64_t>(status.st_size),
          static_cast<std::uint64_t>(ns_of(status.st_mtim)),
          static_cast<std::uint64_t>(ns_of(status.st_ctim))}) {
      mix(number);
    }
    newest_ns_ = std::max(newest_ns_, ns_of(status.st_ctim));
  }

  // FNV-1a over words, http://www.isthe.com/chongo/tech/comp/fnv/, with the high half folded in.
  void mix(std::uint64_t word) noexcept {
    hash_ = (hash_ ^ word) * 0x100000001B3ULL;
    hash_ ^= hash_ >> 32;
  }

  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
  std::int64_t newest_ns_ = 0;
};

}  // namespace

TreeFingerprint fingerprint_of(const std::filesystem::path& folder) {
  const OpenFolder root(folder);
  TreeFingerprint found;
  for (int i = 0; i < kTries && !found.is_settled; ++i) {
    if (i > 0) std::this_thread::sleep_for(kTick);
    found = Walk().run(root);
  }
  return found;
}

}  // namespace hookwire

#include "directory_usage.h"

#include <cerrno>
#include <set>
#include <utility>

#include "open_folder.h"

namespace hookwire {

namespace {

constexpr std::uint64_t kStatBlockBytes = 512;  // of st_blocks, whatever the file system's own

class UsageCount {
 public:
  std::uint64_t count(const OpenFolder& folder) {
    for (const std::string& name : folder.names()) {
      const auto status = folder.status(name);
      if (!status) continue;
      if (S_ISDIR(status->st_mode)) {
        count_below(folder, name);
      } else if (status->st_nlink < 2 || seen_.emplace(status->st_dev, status->st_ino).second) {
        bytes_ += static_cast<std::uint64_t>(status->st_blocks) * kStatBlockBytes;
      }
    }
    return bytes_;
  }

 private:
  void count_below(const OpenFolder& folder, const std::string& name) {
    try {
      count(OpenFolder(folder, name));
    } catch (const IoError& error) {
      if (error.error_number() != ENOENT) throw;
    }
  }

  std::uint64_t bytes_ = 0;
  std::set<std::pair<dev_t, ino_t>> seen_;  // files of several names
};

}  // namespace

std::uint64_t used_bytes(const std::filesystem::path& folder) {
  return UsageCount().count(OpenFolder(folder));
}

}  // namespace hookwire

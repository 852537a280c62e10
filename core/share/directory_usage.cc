#include "directory_usage.h"

#include <memory>
#include <set>
#include <string>
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
        if (const auto below = folder.open(name)) count(*below);
      } else if (status->st_nlink < 2 || seen_.emplace(status->st_dev, status->st_ino).second) {
        bytes_ += static_cast<std::uint64_t>(status->st_blocks) * kStatBlockBytes;
      }
    }
    return bytes_;
  }

 private:
  std::uint64_t bytes_ = 0;
  std::set<std::pair<dev_t, ino_t>> seen_;  // files of several names
};

}  // namespace

std::uint64_t used_bytes(const std::filesystem::path& folder) {
  return UsageCount().count(OpenFolder(folder));
}

std::optional<std::uint64_t> used_bytes_if_there(const std::filesystem::path& folder) {
  const auto opened = OpenFolder(folder.parent_path()).open(folder.filename().string());
  if (opened == nullptr) return std::nullopt;
  return UsageCount().count(*opened);
}

}  // namespace hookwire

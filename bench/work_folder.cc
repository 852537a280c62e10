#include "work_folder.h"

#include <stdlib.h>
#include <sys/vfs.h>

#include <cstdio>

#include "hookwire/base/error.h"

namespace hookwire::bench {

namespace {

std::filesystem::path parent_or_default(const std::string& parent) {
  if (!parent.empty()) return parent;
  const char* temporary = std::getenv("TMPDIR");  // before threads are started
  return temporary != nullptr && *temporary != '\0' ? temporary : ".";
}

}  // namespace

WorkFolder::WorkFolder(const std::string& parent) {
  std::string pattern = (parent_or_default(parent) / "hw-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(ErrorCode::bad_input, "cannot make a folder " + pattern + "; use --dir");
  }
  path_ = pattern;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string WorkFolder::file_system() const {
  struct statfs status {};
  if (::statfs(path_.c_str(), &status) != 0) return "unknown";
  switch (static_cast<unsigned long>(status.f_type)) {
    case 0xEF53:
      return "ext4";
    case 0x01021994:
      return "tmpfs";
    case 0x58465342:
      return "xfs";
    case 0x9123683E:
      return "btrfs";
    case 0x794C7630:
      return "overlay";
    default:
      return std::to_string(status.f_type);
  }
}

}  // namespace hookwire::bench

#include "parent_folders.h"

namespace hookwire {

void make_parent_folders(FileSystem& file_system, const std::filesystem::path& path) {
  const std::filesystem::path parent =
      std::filesystem::absolute(path).lexically_normal().parent_path();
  if (file_system.exists(parent)) return;
  make_parent_folders(file_system, parent);
  file_system.make_directory(parent, 0700);
}

}  // namespace hookwire

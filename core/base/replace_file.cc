#include "hookwire/base/replace_file.h"

#include <memory>

namespace hookwire {

std::filesystem::path unfinished_path(const std::filesystem::path& path) {
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  return unfinished;
}

void replace_file(FileSystem& files, const std::filesystem::path& path,
                  std::span<const std::byte> content) {
  const std::filesystem::path unfinished = unfinished_path(path);
  const std::unique_ptr<File> file = files.open(unfinished, OpenMode::create);
  file->truncate(0);
  file->write_at(0, content);
  file->sync();
  files.rename(unfinished, path);
  files.sync_directory(path.parent_path());
}

}  // namespace hookwire

#include "replace_file.h"

#include <memory>
#include <span>

namespace hookwire {

std::filesystem::path unfinished_path(const std::filesystem::path& path) {
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  return unfinished;
}

void replace_file(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path unfinished = unfinished_path(path);
  const std::unique_ptr<File> file = files.open(unfinished, OpenMode::create);
  file->truncate(0);
  file->write_at(0, std::as_bytes(std::span(text)));
  file->sync();
  files.rename(unfinished, path);
  files.sync_directory(path.parent_path());
}

}  // namespace hookwire

#include "hookwire/base/other_writers.h"

#include <unistd.h>

namespace hookwire {

std::string other_writers(const std::filesystem::path& part, const struct stat& status) {
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return part.string() + " belongs to user " + std::to_string(status.st_uid) +
           ", who could change it; make root or the user of this process its owner";
  }
  const bool sticky_folder = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky_folder) {
    return part.string() + " may be written to by its group or by others; run: chmod go-w " +
           part.string();
  }
  return {};
}

}  // namespace hookwire

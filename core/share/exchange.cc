#include "exchange.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>

#include "hookwire/base/error.h"

namespace hookwire {

bool exchange(const std::filesystem::path& a, const std::filesystem::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return false;
  throw IoError(errno, "exchange " + a.string() + " and " + b.string());
}

}  // namespace hookwire

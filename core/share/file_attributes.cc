#include "file_attributes.h"

#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include <linux/limits.h>

namespace hookwire {

namespace {

constexpr std::array kLists{"system.posix_acl_access", "system.posix_acl_default"};
constexpr std::string_view kCapability = "security.capability";

bool is_list(std::string_view name) noexcept {
  return std::find(kLists.begin(), kLists.end(), name) != kLists.end();
}

bool is_ours(std::string_view name) noexcept {
  return name.starts_with("user.") || name.starts_with("trusted.") || is_list(name) ||
         name == kCapability;
}

// What only a privileged process may set is left out by any other.
bool may_fail(std::string_view name, int error) noexcept {
  return (name.starts_with("trusted.") || name == kCapability) &&
         (error == EPERM || error == ENOTSUP);
}

bool copy_one(int from, int to, const char* name, char* value) noexcept {
  const ssize_t count = ::fgetxattr(from, name, value, XATTR_SIZE_MAX);
  if (count < 0) return errno == ENODATA;  // removed meanwhile
  return ::fsetxattr(to, name, value, static_cast<std::size_t>(count), 0) == 0 ||
         may_fail(name, errno);
}

}  // namespace

bool copy_attributes(int from, int to) noexcept {
  const ssize_t length = ::flistxattr(from, nullptr, 0);
  if (length < 0 && errno != ENOTSUP) return false;
  const std::unique_ptr<char[]> names(new (std::nothrow) char[XATTR_LIST_MAX]);
  const std::unique_ptr<char[]> value(new (std::nothrow) char[XATTR_SIZE_MAX]);
  if (names == nullptr || value == nullptr) {
    errno = ENOMEM;
    return false;
  }
  const ssize_t listed = length <= 0 ? 0 : ::flistxattr(from, names.get(), XATTR_LIST_MAX);
  if (listed < 0) return false;
  const char* end = names.get() + listed;
  std::array<bool, kLists.size()> has_list{};
  // Lists last, since one may take from us the right to set the others.
  for (const bool lists : {false, true}) {
    for (const char* name = names.get(); name < end; name += std::strlen(name) + 1) {
      if (!is_ours(name) || is_list(name) != lists) continue;
      if (!copy_one(from, to, name, value.get())) return false;
      for (std::size_t i = 0; i < kLists.size(); ++i) {
        has_list[i] |= name == std::string_view(kLists[i]);
      }
    }
  }
  for (std::size_t i = 0; i < kLists.size(); ++i) {
    if (!has_list[i] && ::fremovexattr(to, kLists[i]) != 0 && errno != ENODATA &&
        errno != ENOTSUP) {
      return false;
    }
  }
  return true;
}

bool read_attributes(int fd, std::string& text) {
  text.assign(XATTR_LIST_MAX, '\0');
  const ssize_t listed = ::flistxattr(fd, text.data(), text.size());
  if (listed < 0 && errno != ENOTSUP) return false;
  text.resize(listed < 0 ? 0 : static_cast<std::size_t>(listed));
  const std::string names = text;
  std::string value;
  for (std::size_t at = 0; at < names.size(); at = names.find('\0', at) + 1) {
    value.assign(XATTR_SIZE_MAX, '\0');
    const ssize_t count = ::fgetxattr(fd, names.data() + at, value.data(), value.size());
    if (count > 0) text.append(value, 0, static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace hookwire

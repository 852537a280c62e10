#include "secret_key_file.h"

#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include <openssl/crypto.h>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(10);
constexpr int kPolls = 100;  // another process that makes the file needs a moment

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorCode::configuration, "the key file for secrets, " + path.string() + ", " + why);
}

void check_access(const std::filesystem::path& path, const std::optional<FileAccess>& access) {
  if (!access) return;
  if (!access->regular) refuse(path, "is no regular file");
  if (access->owner != ::geteuid() && access->owner != 0) {
    refuse(path, "belongs to user " + std::to_string(access->owner) + ", expected " +
                     std::to_string(::geteuid()) + " or root: chown it");
  }
  if ((access->mode & 077) != 0) {
    std::array<char, 16> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", static_cast<unsigned>(access->mode));
    refuse(path, "has mode " + std::string(mode.data()) +
                     ": others may use it. chmod 600 it and, if they did, put another key there");
  }
}

void check_size(const std::filesystem::path& path, std::uint64_t size) {
  if (size == SecretDigest::kKeyBytes) return;
  refuse(path, "has " + std::to_string(size) + " bytes, expected " +
                   std::to_string(SecretDigest::kKeyBytes) +
                   " random ones: remove it, and a key is made at the next start");
}

// False when somebody else made the file first.
bool make_key(FileSystem& file_system, const std::filesystem::path& path) {
  SecretDigest::Key key;
  if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
    throw IoError(errno, "draw a key for secrets");
  }
  std::unique_ptr<File> file;
  try {
    file = file_system.open(path, OpenMode::create_new);
  } catch (const IoError&) {
    if (file_system.exists(path)) return false;
    throw;
  }
  try {
    file->write_at(0, key);
    file->sync();
    const std::filesystem::path folder = path.parent_path();
    file_system.sync_directory(folder.empty() ? "." : folder);
  } catch (...) {
    file_system.remove(path);  // nobody has used it
    throw;
  }
  OPENSSL_cleanse(key.data(), key.size());
  return true;
}

}  // namespace

SecretDigest::Key load_secret_key(FileSystem& file_system, const std::filesystem::path& path) {
  const bool made = !file_system.exists(path) && make_key(file_system, path);
  check_access(path, file_system.access(path));
  const std::unique_ptr<File> file = file_system.open(path, OpenMode::read);
  for (int polls = made ? kPolls : 0; file->size() < SecretDigest::kKeyBytes && polls < kPolls;
       ++polls) {
    std::this_thread::sleep_for(kPoll);
  }
  check_size(path, file->size());
  SecretDigest::Key key;
  if (file->read_at(0, key) != key.size()) refuse(path, "ended while it was read: start again");
  return key;
}

void check_secret_key(FileSystem& file_system, const std::filesystem::path& path) {
  if (!file_system.exists(path)) return;
  check_access(path, file_system.access(path));
  const std::uint64_t size = file_system.open(path, OpenMode::read)->size();
  if (size != 0) check_size(path, size);  // 0: another host is about to fill it
}

}  // namespace hookwire

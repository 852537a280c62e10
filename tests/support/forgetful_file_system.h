#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"

namespace hookwire::testing {

/// Files in memory as a machine has them: a page cache that everybody sees, and a disk that holds
/// what was synced. When the power goes, of what was not synced any part may be on the disk: each
/// sector of 512 bytes, each file's size, each name on its own, as `seed` has it. Says a boot id of
/// its own. Thread-safe, apart from stores through a mapping while the power goes.
class ForgetfulFileSystem final : public FileSystem {
 public:
  static constexpr std::size_t kSectorBytes = 512;

  explicit ForgetfulFileSystem(std::uint64_t seed);
  ~ForgetfulFileSystem() override;

  /// How much of what was not synced survives.
  enum class Survival { nothing, some, everything };
  /// From now on every call fails with EIO, so that whoever still holds files can be destroyed
  /// without a trace.
  void lose_power(Survival survival = Survival::some);
  /// The machine starts again, with another boot id.
  void power_on();

  enum class Call {
    any,
    open,
    read,
    write,
    sync,
    allocate,
    truncate,
    size,
    map,
    make_directory,
    list,
    exists,
    rename,
    remove,
    sync_directory,
  };
  /// The n-th call of this kind from now on (1: the next) throws IoError with `error_number` and
  /// does nothing; a write gets half way. Once.
  void fail(Call call, std::uint64_t n, int error_number) {
    const std::lock_guard lock(mutex_);
    failing_[call] = {calls_[call] + n, error_number};
  }

  /// How often a call was made to fail.
  std::uint64_t failures() const { return read(failures_); }
  /// Sectors, sizes and names that were forgotten.
  std::uint64_t forgotten() const { return read(forgotten_); }
  /// Those that had not been synced and survived nevertheless.
  std::uint64_t survived() const { return read(survived_); }

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override;
  void make_directory(const std::filesystem::path& path, mode_t mode) override;
  std::vector<std::string> list(const std::filesystem::path& folder) override;
  bool exists(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void sync_directory(const std::filesystem::path& path) override;
  std::uint64_t free_bytes(const std::filesystem::path& path) override;
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override;
  std::optional<pid_t> lock_holder(const std::filesystem::path& path) override;

 private:
  struct Content;
  class OpenFile;
  class CacheMapping;
  class Lock;
  using Names = std::map<std::string, std::shared_ptr<Content>>;

  std::uint64_t read(const std::uint64_t& count) const {
    const std::lock_guard lock(mutex_);
    return count;
  }
  /// With the mutex: counts the call; throws when it is to fail or there is no power.
  void enter(Call call, const std::string& doing);
  bool survives();
  void forget_content(Content& content);
  void forget_names();

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  bool powered_ = true;
  Survival survival_ = Survival::some;
  std::uint64_t boot_ = 1;
  Names names_;          // as everybody sees them; a folder has no content
  Names durable_names_;  // as the disk has them
  std::set<std::string> locked_;
  std::map<Call, std::uint64_t> calls_;
  std::map<Call, std::pair<std::uint64_t, int>> failing_;  // the call's number, errno
  std::uint64_t failures_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t survived_ = 0;
};

}  // namespace hookwire::testing

#pragma once

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <utility>

#include "support/forwarding_file_system.h"
#include "told.h"

namespace hookwire::testing {

/// The operating system's files, until a call that changes them kills the process: before it
/// changes anything, half way through what it writes (other calls are whole or not at all), or when
/// it has done all. A call that repeats the one before on another file of its kind is not counted.
/// One thread at a time makes calls that change files.
class DeadlyFiles final : public ForwardingFileSystem {
 public:
  enum class Moment { before, half, after };

  explicit DeadlyFiles(Told& told) : told_(told) {}

  /// The n-th call from now on (1: the next) is the last. `phase` is for the point's name.
  void arm(std::string phase, std::uint64_t n, Moment moment) {
    phase_ = std::move(phase);
    moment_ = moment;
    left_ = n;
  }
  void disarm() { left_ = 0; }

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    std::unique_ptr<File> file;
    const auto open_file = [&] { file = ForwardingFileSystem::open(path, mode); };
    const bool makes = mode == OpenMode::create_new || (mode == OpenMode::create && !exists(path));
    makes ? around("make", path, open_file) : open_file();
    return std::make_unique<Deadly>(std::move(file), *this, path);
  }
  void make_directory(const std::filesystem::path& path, mode_t mode) override {
    around("make", path, [&] { ForwardingFileSystem::make_directory(path, mode); });
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    around("rename", from, [&] { ForwardingFileSystem::rename(from, to); });
  }
  void remove(const std::filesystem::path& path) override {
    around("remove", path, [&] { ForwardingFileSystem::remove(path); });
  }
  void sync_directory(const std::filesystem::path& path) override {
    around("sync", path, [&] { ForwardingFileSystem::sync_directory(path); });
  }

 private:
  class Deadly final : public ForwardingFile {
   public:
    Deadly(std::unique_ptr<File> file, DeadlyFiles& files, std::filesystem::path path)
        : ForwardingFile(std::move(file)), files_(files), path_(std::move(path)) {}
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (!files_.is_last("write", path_)) return ForwardingFile::write_at(offset, bytes);
      constexpr const char* kMoments[] = {" before ", " half way in ", " after "};
      const auto halves = static_cast<std::size_t>(files_.moment_);
      ForwardingFile::write_at(offset, bytes.first(bytes.size() * halves / 2));
      files_.die(kMoments[halves], "write", path_);
    }
    void sync() override {
      files_.around("sync", path_, [&] { ForwardingFile::sync(); });
    }
    void allocate(std::uint64_t bytes) override {
      files_.around("allocate", path_, [&] { ForwardingFile::allocate(bytes); });
    }
    void truncate(std::uint64_t bytes) override {
      files_.around("truncate", path_, [&] { ForwardingFile::truncate(bytes); });
    }

   private:
    DeadlyFiles& files_;
    const std::filesystem::path path_;
  };

  template <class All>
  void around(const char* what, const std::filesystem::path& path, All&& all) {
    if (!is_last(what, path)) return all();
    if (moment_ != Moment::before) all();
    die(moment_ == Moment::before ? " before " : " after ", what, path);
  }

  bool is_last(const char* what, const std::filesystem::path& path) {
    if (left_ == 0) return false;
    std::string call = what + (" " + kind(path));
    if (call == call_) return false;
    call_ = std::move(call);
    return --left_ == 0;
  }

  [[noreturn]] void die(const char* moment, const char* what, const std::filesystem::path& path) {
    Told::say(told_.point, phase_ + moment + what + " " + kind(path));
    while (true) ::kill(::getpid(), SIGKILL);
  }

  // The name without its numbers.
  static std::string kind(const std::filesystem::path& path) {
    std::string kind;
    for (const char c : path.filename().string()) {
      const char shown = c >= '0' && c <= '9' ? '#' : c;
      if (shown != '#' || kind.empty() || kind.back() != '#') kind += shown;
    }
    return kind;
  }

  Told& told_;
  std::string phase_;
  Moment moment_ = Moment::before;
  std::string call_;  // the last one that was counted
  std::atomic<std::uint64_t> left_{0};
};

}  // namespace hookwire::testing

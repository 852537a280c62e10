#pragma once

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "hookwire/base/error.h"

#include "support/forwarding_file_system.h"

namespace hookwire::testing {

/// The operating system's files; a test sees each sync of a segment, can hold it up and make it
/// fail. Thread-safe.
class WatchedFiles : public ForwardingFileSystem {
 public:
  /// Called before a segment is synced, with its file name; what it throws, the sync throws.
  std::function<void(const std::string& segment)> on_sync = [](const std::string&) {};
  std::atomic<int> syncs{0};  ///< Of segments, those that succeeded.

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    std::unique_ptr<File> file = ForwardingFileSystem::open(path, mode);
    const std::string name = path.filename().string().substr(0, 24);  // without ".making"
    if (name.find(".hwj") == std::string::npos) return file;
    return std::make_unique<Watched>(std::move(file), *this, name);
  }

 private:
  class Watched final : public ForwardingFile {
   public:
    Watched(std::unique_ptr<File> file, WatchedFiles& files, std::string name)
        : ForwardingFile(std::move(file)), files_(files), name_(std::move(name)) {}
    void sync() override {
      files_.on_sync(name_);
      ForwardingFile::sync();
      ++files_.syncs;
    }

   private:
    WatchedFiles& files_;
    const std::string name_;
  };
};

/// A door that a thread can be held at.
class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = false;
    }
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !closed_; });
    --waiting_;
  }
  /// Until somebody stands at the closed door.
  void wait_for_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  int waiting_ = 0;
};

}  // namespace hookwire::testing

#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hookwire::testing {

/// What happened, in order, each step in a few words. Thread-safe.
class Steps {
 public:
  /// Allocates.
  void add(std::string step) {
    const std::lock_guard lock(mutex_);
    steps_.push_back(std::move(step));
  }
  /// A copy of what was added so far.
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return steps_;
  }
  /// Forgets what was added so far.
  void clear() {
    const std::lock_guard lock(mutex_);
    steps_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> steps_;
};

}  // namespace hookwire::testing

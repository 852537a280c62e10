#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/log.h"

namespace hookwire::testing {

/// A log that keeps every line for a test to look at. Thread-safe.
class CapturingLog final : public Log {
 public:
  struct Line {
    LogLevel level;
    std::string text;
  };

  void write(LogLevel level, std::string_view line) noexcept override {
    const std::lock_guard lock(mutex_);
    lines_.push_back({level, std::string(line)});
  }

  /// A copy of what was written so far.
  std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// True when some line has `part` in it.
  bool contains(std::string_view part) const { return count(part) > 0; }
  /// How many lines have `part` in them.
  std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(),
                      [&](const Line& line) { return line.text.find(part) != std::string::npos; }));
  }
  /// Every line's text, one under the other.
  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const Line& line : lines_) all += line.text + '\n';
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace hookwire::testing

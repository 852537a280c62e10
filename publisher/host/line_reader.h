#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hookwire {

/// Reads lines from a descriptor and can be interrupted while it waits. Confined to one thread.
class LineReader {
 public:
  enum class Result { line, too_long, end, interrupted };

  /// A longer line is reported once as too_long and skipped.
  static constexpr std::size_t kMaxLineBytes = 1024 * 1024;

  /// Neither descriptor is owned. `interrupt_fd` readable means: stop waiting.
  LineReader(int fd, int interrupt_fd) : fd_(fd), interrupt_fd_(interrupt_fd) {}

  /// The next line, without its end, in `line`. A last line without an end counts. Throws IoError.
  Result next(std::string& line);

 private:
  bool take_line(std::string& line);
  Result take_rest(std::string& line);

  int fd_;
  int interrupt_fd_;
  std::string buffer_;
  std::size_t searched_ = 0;  // no line end before this offset of buffer_
  bool skipping_ = false;     // within a line that was too long
};

}  // namespace hookwire

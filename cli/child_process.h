#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hookwire {

/// A program run as another process, with pipes to its input and output. Killed and reaped when
/// destroyed. Confined to one thread.
class ChildProcess {
 public:
  /// Runs `arguments` (the program's path first); its messages go to the end of `messages`, a file.
  /// Throws IoError.
  ChildProcess(const std::vector<std::string>& arguments, const std::filesystem::path& messages);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const noexcept { return pid_; }

  /// Throws IoError when the child no longer reads.
  void write_line(const std::string& line);
  void close_input();

  /// The next line of the child's output; nothing when it ended or `wait` passed without one.
  std::optional<std::string> read_line(std::chrono::nanoseconds wait);

  void signal(int number) const noexcept;
  /// Waits for the child to end: its exit code, or 128 + the signal that ended it; nothing when it
  /// still runs after `wait`.
  std::optional<int> wait(std::chrono::nanoseconds wait);

 private:
  pid_t pid_ = -1;
  int pid_fd_ = -1;  // readable once the child has ended
  int input_ = -1;
  int output_ = -1;
  std::string buffer_;
  std::optional<int> exit_code_;
};

}  // namespace hookwire

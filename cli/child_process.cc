#include "child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

Deadline deadline_in(std::chrono::nanoseconds wait) {
  return std::chrono::steady_clock::now() + wait;
}

// False when the deadline passed before `fd` became readable.
bool readable(int fd, Deadline deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{fd, POLLIN, 0};
    const int count = ::poll(&waiting, 1, left.count() < 0 ? 0 : static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count == 0) return false;
    if (errno != EINTR) throw IoError(errno, "wait for a child process");
  }
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw IoError(errno, "make a pipe");
  return {ends[0], ends[1]};
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::filesystem::path& messages) {
  const Pipe input = make_pipe();
  const Pipe output = make_pipe();
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.read_end, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.write_end, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failed = ::posix_spawn(&pid_, argv.front(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input.read_end);
  ::close(output.write_end);
  input_ = input.write_end;
  output_ = output.read_end;
  if (failed != 0) {
    ::close(input_);
    ::close(output_);
    throw IoError(failed, "run " + arguments.front());
  }
  pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

ChildProcess::~ChildProcess() {
  if (!exit_code_) {
    signal(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  close_input();
  ::close(output_);
  if (pid_fd_ >= 0) ::close(pid_fd_);
}

void ChildProcess::write_line(const std::string& line) {
  const std::string ended = line + '\n';
  std::string_view rest = ended;
  while (!rest.empty()) {
    const ssize_t count = ::write(input_, rest.data(), rest.size());
    if (count < 0 && errno != EINTR) throw IoError(errno, "write to a child process");
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

void ChildProcess::close_input() {
  if (input_ >= 0) ::close(std::exchange(input_, -1));
}

std::optional<std::string> ChildProcess::read_line(std::chrono::nanoseconds wait) {
  const Deadline deadline = deadline_in(wait);
  while (true) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (!readable(output_, deadline)) return std::nullopt;
    std::array<char, 65536> chunk;
    const ssize_t count = ::read(output_, chunk.data(), chunk.size());
    if (count == 0) return std::nullopt;
    if (count < 0 && errno != EINTR) throw IoError(errno, "read from a child process");
    if (count > 0) buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

void ChildProcess::signal(int number) const noexcept {
  if (!exit_code_) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::nanoseconds wait) {
  if (exit_code_) return exit_code_;
  if (!readable(pid_fd_, deadline_in(wait))) return std::nullopt;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw IoError(errno, "reap a child process");
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

}  // namespace hookwire

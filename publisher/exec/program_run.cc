#include "program_run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "hookwire/base/error.h"

#include "cgroup.h"
#include "program_file.h"

namespace hookwire {

namespace {

// How long a killed child is waited for. One that needs longer is reaped later.
constexpr std::chrono::milliseconds kReapPatience(8);
// Below these lie the descriptors that the child gets: none of ours may be in their place.
constexpr int kFirstDescriptor = 10;

// `fd`, or -1 with errno, moved out of the way of the child's own descriptors.
FileDescriptor moved_up(int fd, const char* what) {
  if (fd < 0) throw IoError(errno, what);
  if (fd >= kFirstDescriptor) return FileDescriptor(fd);
  const FileDescriptor low(fd);
  const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstDescriptor);
  if (high < 0) throw IoError(errno, what);
  return FileDescriptor(high);
}

// A file without a name: a program reads it when it likes, and nobody waits for a slow reader.
FileDescriptor input_file(const std::string& input) {
  constexpr char kWhat[] = "make the input of a program";
  FileDescriptor file =
      moved_up(::memfd_create("hookwire-event", MFD_CLOEXEC | MFD_ALLOW_SEALING), kWhat);
  std::size_t written = 0;
  while (written < input.size()) {
    const ssize_t count = ::write(file.get(), input.data() + written, input.size() - written);
    if (count < 0 && errno != EINTR) throw IoError(errno, kWhat);
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) != 0 ||
      ::lseek(file.get(), 0, SEEK_SET) != 0) {
    throw IoError(errno, kWhat);
  }
  return file;
}

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Pipe make_pipe() {
  constexpr char kWhat[] = "make a pipe for a program's output";
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw IoError(errno, kWhat);
  FileDescriptor write(ends[1]);
  FileDescriptor read(ends[0]);
  if (::fcntl(read.get(), F_SETFL, O_NONBLOCK) != 0) throw IoError(errno, kWhat);
  if (write.get() >= kFirstDescriptor) return {std::move(read), std::move(write)};
  const int high = ::fcntl(write.get(), F_DUPFD_CLOEXEC, kFirstDescriptor);
  if (high < 0) throw IoError(errno, kWhat);
  return {std::move(read), FileDescriptor(high)};
}

// What comes out of one pipe, up to a limit; what is beyond is read and dropped.
class Collected {
 public:
  Collected(int fd, std::size_t limit) : fd_(fd), limit_(limit) {}

  int fd() const noexcept { return fd_; }  // -1: its end was seen
  bool overflowed() const noexcept { return overflowed_; }
  std::string take() { return std::move(text_); }

  // Reads once. False when there is nothing more now.
  bool read_some() {
    if (fd_ < 0) return false;
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
    if (count < 0) return errno == EINTR;
    if (count == 0) {
      fd_ = -1;
      return false;
    }
    const std::size_t room = limit_ - text_.size();
    const auto got = static_cast<std::size_t>(count);
    text_.append(buffer.data(), std::min(room, got));
    overflowed_ = overflowed_ || got > room;
    return true;
  }
  // Reads what has come. A process that escaped may go on writing: no more than is kept is read.
  void read_rest() {
    while (!overflowed_ && read_some()) {
    }
  }

 private:
  int fd_;
  const std::size_t limit_;
  std::string text_;
  bool overflowed_ = false;
};

// The words as execve wants them.
std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

Child start(const Program& program, const std::vector<std::string>& environment, int input,
            int output, int errors, const std::optional<Cgroup>& cgroup) {
  const FileDescriptor opened = open_program(program.path);
  const FileDescriptor file =
      moved_up(::fcntl(opened.get(), F_DUPFD_CLOEXEC, kFirstDescriptor), "open the program");
  std::vector<std::string> words{program.path};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  return Child({.input = input,
                .output = output,
                .errors = errors,
                .program = file.get(),
                .cgroup = cgroup ? cgroup->processes() : -1,
                .arguments = pointers(words).data(),
                .environment = pointers(environment).data()});
}

// Reads until the child ends (true), its output overflows or the deadline passes.
bool follow(const Child& child, Collected& output, Collected& errors, Deadline deadline) {
  while (!output.overflowed()) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= left.zero()) return false;
    const timespec wait{
        .tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count(),
        .tv_nsec =
            std::chrono::duration_cast<std::chrono::nanoseconds>(left).count() % 1'000'000'000};
    std::array<pollfd, 3> polled{pollfd{child.descriptor(), POLLIN, 0},
                                 pollfd{output.fd(), POLLIN, 0}, pollfd{errors.fd(), POLLIN, 0}};
    if (::ppoll(polled.data(), polled.size(), &wait, nullptr) < 0 && errno != EINTR) {
      throw IoError(errno, "wait for a program");
    }
    if (polled[1].revents != 0) output.read_some();
    if (polled[2].revents != 0) errors.read_some();
    if (polled[0].revents != 0) return true;
  }
  return false;
}

}  // namespace

ProgramEnd run_program(const Program& program, const std::vector<std::string>& environment,
                       const std::string& input, const std::string& cgroup, Deadline deadline) {
  const FileDescriptor event = input_file(input);
  std::optional<Cgroup> place;
  if (!cgroup.empty()) place.emplace(cgroup);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Child child = start(program, environment, event.get(), out.write.get(), err.write.get(), place);
  out.write.close();
  err.write.close();
  Collected output(out.read.get(), program.max_output);
  Collected errors(err.read.get(), program.max_errors);

  ProgramEnd run;
  const bool ended = follow(child, output, errors, deadline);
  child.kill_group();  // also what a child that has ended left behind
  if (place) place->kill();
  std::optional<ChildEnd> end = child.reap(kReapPatience);
  output.read_rest();
  errors.read_rest();
  run.flooded = output.overflowed();
  run.timed_out = !ended && !run.flooded;
  if (!end) {
    run.leftover.emplace(std::move(child));
  } else if (ended && !run.flooded) {
    run.end = end;
  }
  run.output = output.take();
  run.errors = errors.take();
  return run;
}

}  // namespace hookwire

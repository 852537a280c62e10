#include "line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "hookwire/base/error.h"

namespace hookwire {

bool LineReader::take_line(std::string& line) {
  const std::size_t end = buffer_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return false;
  }
  line.assign(buffer_, 0, end);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  buffer_.erase(0, end + 1);
  searched_ = 0;
  return true;
}

LineReader::Result LineReader::take_rest(std::string& line) {
  if (buffer_.empty() || skipping_) return Result::end;
  line = std::exchange(buffer_, {});
  searched_ = 0;
  return Result::line;
}

LineReader::Result LineReader::next(std::string& line) {
  while (true) {
    if (take_line(line)) {
      if (!std::exchange(skipping_, false)) return Result::line;
      continue;
    }
    if (buffer_.size() > kMaxLineBytes) {
      buffer_.clear();
      searched_ = 0;
      if (!std::exchange(skipping_, true)) return Result::too_long;
    }
    std::array<pollfd, 2> waiting{pollfd{fd_, POLLIN, 0}, pollfd{interrupt_fd_, POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw IoError(errno, "wait for calls");
    }
    if (waiting[1].revents != 0) return Result::interrupted;
    std::array<char, 65536> chunk;
    const ssize_t count = ::read(fd_, chunk.data(), chunk.size());
    if (count < 0 && errno != EINTR && errno != EAGAIN) throw IoError(errno, "read calls");
    if (count == 0) return take_rest(line);
    if (count > 0) buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace hookwire

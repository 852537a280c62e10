#include "config_parser.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "text.h"

namespace hookwire {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string quoted(std::string_view line) {
  constexpr std::size_t kShown = 60;
  return "'" + std::string(line.substr(0, kShown)) + (line.size() > kShown ? "...'" : "'");
}

}  // namespace

std::string read_config_text(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const IoError cause(errno, "open the configuration file " + path.string());
    throw Error(ErrorCode::configuration, cause.what());
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  std::size_t size = 0;
  ssize_t got = 1;
  while (size < text.size() && got != 0) {
    got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno != EINTR) break;
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  const int error_number = errno;
  ::close(fd);
  if (got < 0) throw IoError(error_number, "read the configuration file " + path.string());
  text.resize(size);
  return text;
}

std::vector<ConfigGroup> ConfigParser::parse(std::string_view text) {
  if (text.size() > kMaxConfigBytes) {
    line_ = 1;
    fail("the file is larger than 1 MiB: no configuration is that long");
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    ++line_;
    const std::size_t end = std::min(text.find('\n'), text.size());
    take_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  close_option();
  return std::move(groups_);
}

void ConfigParser::take_line(std::string_view line) {
  if (line.find('\0') != std::string_view::npos) {
    fail("a NUL byte: this is no text file; save it as UTF-8");
  }
  const std::string_view content = trimmed(line);
  if (content.empty()) {
    close_option();
  } else if (line.front() == ' ' || line.front() == '\t') {
    take_continuation(content);
  } else {
    close_option();
    if (content.front() == '[') {
      take_group(content);
    } else if (content.front() != '#' && content.front() != ';') {
      take_option(content);
    }
  }
}

void ConfigParser::take_continuation(std::string_view line) {
  if (open_) {
    groups_.back().options.back().value.append("\n").append(line);
  } else if (line.front() != '#' && line.front() != ';') {
    fail("an indented line, " + quoted(line) +
         ", that continues no option: an option begins in the first column, and nothing blank "
         "stands between it and its continuation");
  }
}

void ConfigParser::take_group(std::string_view line) {
  const std::string_view name = trimmed(line.substr(1, line.find(']') - 1));
  if (line.find(']') != line.size() - 1 || name.empty()) {
    fail(quoted(line) + " is no group: a group is [NAME], alone on its line");
  }
  for (const ConfigGroup& group : groups_) {
    if (group.name != name) continue;
    fail("group [" + group.name + "] is there already, on line " + std::to_string(group.line) +
         ": write its options there");
  }
  groups_.push_back({.name = std::string(name), .line = line_, .options = {}});
}

void ConfigParser::take_option(std::string_view line) {
  const std::size_t separator = line.find_first_of("=:");
  if (separator == std::string_view::npos) {
    fail(quoted(line) + " is neither a [GROUP] nor NAME = VALUE");
  }
  const std::string_view name = trimmed(line.substr(0, separator));
  if (name.empty())
    fail(quoted(line) + " has no option's name before the '" + line[separator] + "'");
  if (groups_.empty()) {
    fail("option '" + std::string(name) +
         "' stands before the first group: put [DEFAULT] above it");
  }
  if (const ConfigOption* earlier = groups_.back().find(name)) {
    fail("[" + groups_.back().name + "] " + earlier->name + " is set already, on line " +
         std::to_string(earlier->line) + ": keep one of the two");
  }
  if (++options_ > kMaxConfigOptions) {
    fail("more than " + std::to_string(kMaxConfigOptions) + " options in one file");
  }
  groups_.back().options.push_back({.name = std::string(name),
                                    .value = std::string(trimmed(line.substr(separator + 1))),
                                    .line = line_,
                                    .value_line = line_});
  open_ = true;
}

void ConfigParser::close_option() {
  if (!open_) return;
  ConfigOption& option = groups_.back().options.back();
  option.value_line = option.line + (option.value.starts_with('\n') ? 1 : 0);
  option.value = std::string(trimmed(option.value));
  open_ = false;
}

void ConfigParser::fail(const std::string& message) const {
  throw Error(ErrorCode::configuration,
              path_.string() + ":" + std::to_string(line_) + ": " + message);
}

}  // namespace hookwire

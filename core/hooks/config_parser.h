#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/config_file.h"

namespace hookwire {

inline constexpr std::size_t kMaxConfigBytes = 1u << 20;
inline constexpr std::size_t kMaxConfigOptions = 4096;

/// The bytes of the file. Throws Error configuration when it is larger than kMaxConfigBytes,
/// IoError when it cannot be read.
std::string read_config_text(const std::filesystem::path& path);

/// Reads the dialect of oslo.config line by line. What a line is, is decided in the order that
/// oslo.config has: blank, continuation (indented), group, comment, option. Used once.
class ConfigParser {
 public:
  explicit ConfigParser(const std::filesystem::path& path) : path_(path) {}

  /// Throws Error configuration, "FILE:LINE: ...".
  std::vector<ConfigGroup> parse(std::string_view text);

 private:
  void take_line(std::string_view line);
  void take_continuation(std::string_view line);
  void take_group(std::string_view line);
  void take_option(std::string_view line);
  void close_option();
  [[noreturn]] void fail(const std::string& message) const;

  const std::filesystem::path& path_;
  std::vector<ConfigGroup> groups_;
  std::size_t line_ = 0;
  std::size_t options_ = 0;
  bool open_ = false;  // the last option may still be continued
};

}  // namespace hookwire

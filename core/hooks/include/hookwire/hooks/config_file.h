#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/error.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// One `name = value` of a configuration file.
struct ConfigOption {
  std::string name;
  std::string value;  ///< Continuation lines joined by a newline; trimmed.
  std::size_t line = 0;
  std::size_t value_line = 0;  ///< Where the value begins: `line`, or the one behind it.
};

/// One `[group]`.
struct ConfigGroup {
  std::string name;
  std::size_t line = 0;
  std::vector<ConfigOption> options;  ///< In the order of the file; names are unique in a group.

  const ConfigOption* find(std::string_view option) const noexcept;
};

/// A configuration file as written, in the dialect of OpenStack's services: `[DEFAULT]` and one
/// group a backend, `=` or `:`, lists by comma, indented continuation lines, whole-line comments
/// with # or ;. Knows no option's meaning. Immutable once loaded.
class ConfigFile {
 public:
  /// Limits: 1 MiB, 4096 options. Throws Error configuration as "FILE:LINE: ..." for what is no
  /// such file, a repeated option or a repeated group, and for a file that cannot be opened;
  /// IoError when reading it fails.
  static ConfigFile load(const std::filesystem::path& path);
  /// The same from text; `path` is used in messages and to resolve relative paths.
  static ConfigFile parse(std::string_view text, const std::filesystem::path& path);

  const std::filesystem::path& path() const noexcept { return path_; }
  const std::vector<ConfigGroup>& groups() const noexcept { return groups_; }
  const ConfigGroup* find(std::string_view group) const noexcept;

  /// Throws Error configuration: "FILE:LINE: [group] option: message".
  [[noreturn]] void fail(const ConfigGroup& group, const ConfigOption& option,
                         const std::string& message) const;

 private:
  std::filesystem::path path_;
  std::vector<ConfigGroup> groups_;
};

}  // namespace hookwire
#pragma GCC visibility pop

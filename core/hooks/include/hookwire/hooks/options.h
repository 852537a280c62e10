#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/config_file.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// One item of a list, and the line that it begins on.
struct OptionItem {
  std::string text;
  std::size_t line = 0;
};

/// Typed access to the options of one part of the program, read from one group and, where that has
/// none, from the next (`[backend:name]`, then `[backend]`). Remembers what was asked for, so that
/// check_unknown() can name what nobody reads. Copies share that memory. Every getter throws Error
/// configuration as "FILE:LINE: [group] option: what was found, what was expected".
/// Thread-compatible.
class Options {
 public:
  /// `groups`, first one first; names of groups that the file lacks are left out. `file` must
  /// outlive the object and every copy.
  Options(const ConfigFile& file, const std::vector<std::string>& groups);

  /// The same file and the same memory of what was read, through other groups.
  Options with_groups(const std::vector<std::string>& groups) const;

  std::optional<std::string> text(std::string_view name) const;
  /// Throws when the option is absent.
  std::string required_text(std::string_view name) const;
  /// true, false, yes, no, on, off, 1, 0 in any case.
  bool boolean(std::string_view name, bool fallback) const;
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                       std::int64_t most) const;
  /// Bytes, with K, M, G (1024) allowed: 64M.
  std::uint64_t bytes(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                      std::uint64_t most) const;
  /// A plain number is seconds; ns, us, ms, s, m, h, d allowed: 250ms.
  std::chrono::nanoseconds duration(std::string_view name, std::chrono::nanoseconds fallback,
                                    std::chrono::nanoseconds least,
                                    std::chrono::nanoseconds most) const;
  /// Items between commas, trimmed, empty ones dropped.
  std::vector<std::string> list(std::string_view name) const;
  /// The same, each with its line.
  std::vector<OptionItem> items(std::string_view name) const;
  /// Relative paths are relative to the file.
  std::optional<std::filesystem::path> path(std::string_view name) const;
  /// One of `choices`.
  std::string choice(std::string_view name, std::string_view fallback,
                     const std::vector<std::string>& choices) const;

  const ConfigFile& file() const noexcept;
  /// `path` as it is when absolute, else relative to the file's folder.
  std::filesystem::path resolve(const std::filesystem::path& path) const;
  /// "FILE:LINE: [group] name" of where `name` is set, or could be: what messages begin with.
  std::string place(std::string_view name) const;

  /// Throws the error of a bad value at the place where `name` is set.
  [[noreturn]] void fail(std::string_view name, const std::string& message) const;
  /// The same on the line of one of its items.
  [[noreturn]] void fail(std::string_view name, const OptionItem& item,
                         const std::string& message) const;

  /// Throws for the first option in `groups` of the file that nobody has asked for, and proposes
  /// the nearest name that somebody has.
  void check_unknown(const std::vector<std::string>& groups) const;

 private:
  struct [[gnu::visibility("hidden")]] Shared;
  struct Found {
    const ConfigGroup* group;
    const ConfigOption* option;
  };

  std::optional<Found> find(std::string_view name) const;
  [[noreturn]] void reject(std::string_view name, const Found& found,
                           const std::string& expected) const;

  std::shared_ptr<Shared> shared_;
  std::vector<const ConfigGroup*> groups_;
};

}  // namespace hookwire
#pragma GCC visibility pop

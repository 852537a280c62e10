#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hookwire {

/// The name of what is being made or removed: `.work.<number>.<id>`, or `.part.<number>.<id>` for
/// what is not whole. No id begins with a dot.
struct WorkName {
  std::uint64_t number = 0;
  std::string id;
  bool is_part = false;

  std::string text() const;
};

/// Nothing when `name` is none that text() makes: then it is somebody else's.
std::optional<WorkName> parse_work_name(std::string_view name);

/// The working name of what lies at `path`. Throws Error bad_input when it has none.
WorkName work_name_of(const std::filesystem::path& path);

/// Numbers the working names of all folders below a root: of two the one made later is higher, also
/// when an earlier process made the other. Thread-compatible.
class WorkNumbers {
 public:
  /// Of a number that was there at the start; not to be called after take().
  void saw(std::uint64_t number) noexcept { next_ = first_ = std::max(first_, number + 1); }

  /// Throws Error bad_input when what was there at the start leaves no number.
  std::uint64_t take();

  /// True for what an earlier process left.
  bool is_earlier(std::uint64_t number) const noexcept { return number < first_; }

 private:
  std::uint64_t first_ = 1;
  std::uint64_t next_ = 1;
};

}  // namespace hookwire

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Which events somebody wants: all conditions given must hold; of a condition given several times
/// any. Globs know * and ?. A plain aggregate.
struct EventFilter {
  std::vector<std::string> topics{};   ///< Prefixes.
  std::vector<std::string> methods{};  ///< Globs.
  std::vector<Phase> phases{};
  std::vector<std::string> publishers{};  ///< Globs.
  std::vector<std::string> users{};
  std::vector<std::string> projects{};
  std::vector<std::string> requests{};
  bool failed = false;  ///< Only failure events.

  /// True when nothing is asked for, so that everything matches.
  bool empty() const noexcept;
  bool matches(const Event& event) const;
  /// Topic prefixes that a publisher can sort out by: every event that matches has one of them.
  /// Empty when no such list of at most 16 exists.
  std::vector<std::string> topic_prefixes() const;
};

/// True when `text` matches `glob` (* any run, ? one character). Costs their lengths multiplied at
/// most. Never throws.
bool glob_matches(std::string_view glob, std::string_view text) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <cstddef>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// How one call ended, for a caller that wants to know more than its result or exception says: a
/// driver's refusal and a hook's veto are both just exceptions to it. A plain aggregate.
struct CallReport {
  enum class Outcome {
    success,
    failure,           ///< The driver raised.
    vetoed,            ///< A hook's pre raised; the driver did not run.
    post_hook_failed,  ///< The driver succeeded; a post hook raised and was not suppressed.
  };
  Outcome outcome = Outcome::success;
};

inline constexpr std::size_t kCallOutcomes = 4;

/// "success", "failure", "vetoed", "post_hook_failed". Never throws.
std::string_view to_string(CallReport::Outcome outcome) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop

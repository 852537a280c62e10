#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hookwire/base/duration_histogram.h"
#include "hookwire/hooks/call_report.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Of so many methods a chain counts calls one by one, and of the others together.
inline constexpr std::size_t kMaxCountedMethods = 64;
/// The name under which the calls of methods beyond kMaxCountedMethods are counted.
inline constexpr std::string_view kOtherMethods = "(others)";

/// What the calls of one method came to, since the chain was made.
struct CallStatus {
  std::string method;
  std::array<std::uint64_t, kCallOutcomes> counts{};  ///< By CallReport::Outcome.
  DurationHistogram durations{};                      ///< Of the driver and all hooks together.

  std::uint64_t count(CallReport::Outcome outcome) const noexcept {
    return counts[static_cast<std::size_t>(outcome)];
  }
};

}  // namespace hookwire
#pragma GCC visibility pop

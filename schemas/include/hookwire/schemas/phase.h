#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// What an event tells of a call, or of the publisher itself. The number is the record's `kind`.
enum class Phase : std::uint8_t { pre = 1, post = 2, failure = 3, periodic = 4, system = 5 };

/// "pre", "post", "failure", "periodic", "system". Never throws.
std::string_view to_string(Phase phase) noexcept;
/// The phase of a record's kind, or of a word; nothing when there is none. Never throws.
std::optional<Phase> phase_of(std::uint8_t kind) noexcept;
std::optional<Phase> phase_of(std::string_view word) noexcept;

/// Bits of a record's `flags`.
inline constexpr std::uint8_t kFlagCut = 1;  ///< Args, result or data were cut down to fit.

}  // namespace hookwire
#pragma GCC visibility pop

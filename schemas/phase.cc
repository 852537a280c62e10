#include "hookwire/schemas/phase.h"

namespace hookwire {

namespace {
constexpr Phase kPhases[] = {Phase::pre, Phase::post, Phase::failure, Phase::periodic,
                             Phase::system};
}

std::string_view to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::pre:
      return "pre";
    case Phase::post:
      return "post";
    case Phase::failure:
      return "failure";
    case Phase::periodic:
      return "periodic";
    case Phase::system:
      return "system";
  }
  return "unknown";
}

std::optional<Phase> phase_of(std::uint8_t kind) noexcept {
  for (const Phase phase : kPhases) {
    if (static_cast<std::uint8_t>(phase) == kind) return phase;
  }
  return std::nullopt;
}

std::optional<Phase> phase_of(std::string_view word) noexcept {
  for (const Phase phase : kPhases) {
    if (to_string(phase) == word) return phase;
  }
  return std::nullopt;
}

}  // namespace hookwire

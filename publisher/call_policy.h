#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hookwire/hooks/context.h"
#include "hookwire/publisher/publish_policy.h"
#include "hookwire/schemas/phase.h"

namespace hookwire {

/// What is published of one call, decided once, at its pre.
struct CallLevels {
  bool drop = false;  ///< The whole call.
  std::array<PublishLevel, 3> of_phase{PublishLevel::full, PublishLevel::full, PublishLevel::full};

  PublishLevel of(Phase phase) const noexcept {
    return of_phase[static_cast<std::size_t>(phase) - 1];
  }
};

/// The rules of a policy that one method's calls can match. The first rule that matches the call's
/// pre keeps or drops the call; its end goes by the first rule that keeps and matches it, or, where
/// a rule that drops comes first, has the level of the pre. Immutable, thread-safe.
class CallPolicy {
 public:
  /// Keeps everything in full.
  CallPolicy() = default;
  CallPolicy(const PublishPolicy& policy, std::string_view method);

  /// A copy of a few bytes where nothing depends on who calls; else each glob is matched once at
  /// most. Never allocates.
  CallLevels decide(const Context& context) const noexcept {
    return rules_.empty() ? constant_ : match(context);
  }

 private:
  struct Candidate {
    PublishRule rule;
    std::uint8_t phases = 0;  // a bit for each of pre, post, failure
  };

  CallLevels match(const Context& context) const noexcept;

  CallLevels constant_;
  std::vector<Candidate> rules_;
};

/// What the policy makes of periodic events; nothing when they are dropped.
std::optional<PublishLevel> periodic_level(const PublishPolicy& policy);

}  // namespace hookwire

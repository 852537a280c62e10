#include "call_policy.h"

#include <algorithm>

#include "glob.h"

namespace hookwire {

namespace {

constexpr std::uint8_t kCallPhases = 0b111;

bool asks_who(const PublishRule& rule) noexcept {
  return !rule.user.empty() || !rule.project.empty();
}

bool is_by(const PublishRule& rule, const Context& context) noexcept {
  return (rule.user.empty() || matches_glob(rule.user, context.user_id)) &&
         (rule.project.empty() || matches_glob(rule.project, context.project_id));
}

bool is_of(const PublishRule& rule, std::string_view method) noexcept {
  return rule.method.empty() || matches_glob(rule.method, method);
}

}  // namespace

CallPolicy::CallPolicy(const PublishPolicy& policy, std::string_view method) {
  std::uint8_t open = kCallPhases;  // phases that are not decided for every caller yet
  bool who = false;
  for (const PublishRule& rule : policy) {
    if (open == 0) break;
    if (rule.phase == Phase::periodic || !is_of(rule, method)) continue;
    const auto phases =
        rule.phase ? static_cast<std::uint8_t>(1u << (static_cast<unsigned>(*rule.phase) - 1))
                   : kCallPhases;
    rules_.push_back({rule, phases});
    who = who || asks_who(rule);
    if (!asks_who(rule)) open = static_cast<std::uint8_t>(open & ~phases);
  }
  if (who) return;
  constant_ = match({});
  rules_.clear();
}

CallLevels CallPolicy::match(const Context& context) const noexcept {
  CallLevels levels;
  unsigned open = kCallPhases;
  for (const Candidate& candidate : rules_) {
    if ((open & candidate.phases) == 0 || !is_by(candidate.rule, context)) continue;
    const bool pre_open = (open & 1u) != 0;
    if (candidate.rule.drop && pre_open) {
      levels.drop = true;
      return levels;
    }
    const PublishLevel level = candidate.rule.drop ? levels.of(Phase::pre) : candidate.rule.level;
    for (unsigned phase = 0; phase < levels.of_phase.size(); ++phase) {
      if ((open & candidate.phases & 1u << phase) != 0) levels.of_phase[phase] = level;
    }
    open &= ~static_cast<unsigned>(candidate.phases);
    if (open == 0) break;
  }
  return levels;
}

std::optional<PublishLevel> periodic_level(const PublishPolicy& policy) {
  for (const PublishRule& rule : policy) {
    if (rule.phase && *rule.phase != Phase::periodic) continue;
    if (!is_of(rule, kPeriodicMethod) || !is_by(rule, Context())) continue;
    return rule.drop ? std::nullopt : std::optional(rule.level);
  }
  return PublishLevel::full;
}

}  // namespace hookwire

#include "on_error.h"

#include <optional>

namespace hookwire {

namespace {

// What one group says of one phase; nothing when that is left to the group behind it.
std::optional<bool> suppressed(const Options& group, std::string_view name) {
  constexpr std::string_view kOnError = "on_error";
  const std::string on_error = group.choice(kOnError, "", {"fail", "suppress"});
  const std::optional<std::string> given = group.text(name);
  if (!given) return on_error.empty() ? std::nullopt : std::optional(on_error == "suppress");
  const bool suppress = group.boolean(name, false);
  if (!on_error.empty() && suppress != (on_error == "suppress")) {
    group.fail(name, "found '" + *given + "', which contradicts on_error = " + on_error +
                         " in the same group: leave out one of the two");
  }
  return suppress;
}

bool suppressed(const Options& own, const Options& backend, std::string_view name, bool fallback) {
  const std::optional<bool> behind = suppressed(backend, name);
  return suppressed(own, name).value_or(behind.value_or(fallback));
}

}  // namespace

void read_on_error(const Options& own, const Options& backend, HookSwitches& switches) {
  switches.suppress_pre_errors =
      suppressed(own, backend, "suppress_pre_hooks_errors", switches.suppress_pre_errors);
  switches.suppress_post_errors =
      suppressed(own, backend, "suppress_post_hooks_errors", switches.suppress_post_errors);
}

}  // namespace hookwire

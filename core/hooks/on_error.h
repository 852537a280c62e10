#pragma once

#include "hookwire/hooks/hook_switches.h"
#include "hookwire/hooks/options.h"

namespace hookwire {

/// Whose errors are suppressed, of the hook that has the group `own`, else by the backend's group:
/// `suppress_pre_hooks_errors` and `suppress_post_hooks_errors`, each for its phase, or `on_error`
/// for both. A group says one or the other of a phase: throws Error configuration, with file and
/// line, when they contradict each other.
void read_on_error(const Options& own, const Options& backend, HookSwitches& switches);

}  // namespace hookwire

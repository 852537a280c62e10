#pragma once

#include <memory>
#include <vector>

#include "hookwire/hooks/hook_chain.h"

namespace hookwire::bench {

/// A chain's hooks: `count` that do nothing. With `durations` each asks for them.
std::vector<HookInstance> empty_hooks(int count, bool durations = false);

/// One hook that does nothing and is switched off in every phase.
std::vector<HookInstance> switched_off_hook();

}  // namespace hookwire::bench

#pragma once

#include <memory>

#include "hookwire/hooks/hook_registry.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// hookwire:LogHook: one line a phase of each call, through the program's log: method, resource,
/// request, user, project, duration, error; never arguments or results, and no secret of the call
/// that one of these texts holds. Option `log_level` (debug, info, warning, error; default info).
std::shared_ptr<Hook> make_log_hook(const HookSetup& setup);

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <memory>

#include "hookwire/hooks/hook_registry.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// hookwire:ShareSizeHook: refuses create_share_instance, extend_share and manage_share above the
/// size that its option `max_share_size_gb` (required, 1 or more) allows, with a ShareTooLarge.
std::shared_ptr<Hook> make_share_size_hook(const HookSetup& setup);

}  // namespace hookwire
#pragma GCC visibility pop

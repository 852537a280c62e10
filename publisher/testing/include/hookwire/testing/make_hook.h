#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "hookwire/base/clock.h"
#include "hookwire/base/log.h"
#include "hookwire/hooks/hook_registry.h"

namespace hookwire::testing {

/// Makes a hook as a configuration does, with `options` as the lines of its group: "max_gb = 10\n".
/// `make` is what a program gives to HookRegistry::add; the instance is called "hook", the
/// publisher "host@backend". `clock` and `log` must outlive the hook. Throws what `make` throws,
/// and Error configuration, as `hookwire config check` would, when `options` are no such lines or
/// one of them was not asked for. Places in errors are "options:LINE", where line 1 is the group's
/// heading.
std::shared_ptr<Hook> make_hook(const HookFactory& make, std::string_view options,
                                const Clock& clock, Log& log);

/// The same for the hook `class_name` of a shared library, which is checked and loaded as `hookwire
/// host` does it, and never unloaded. Throws also as HookRegistry::make.
std::shared_ptr<Hook> load_hook(const std::filesystem::path& library, const std::string& class_name,
                                std::string_view options, const Clock& clock, Log& log);

}  // namespace hookwire::testing

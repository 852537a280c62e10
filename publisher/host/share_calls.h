#pragma once

#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/hooks/call_report.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/share/share_driver.h"

namespace hookwire {

/// Throws Error bad_input, naming the methods there are, when a share driver has no `method`.
void check_share_method(std::string_view method);

/// Calls `method` of a share driver through its hooks, with `args` by name as a call line has them.
/// Throws Error bad_input (before anything ran) for an unknown method, a missing, misnamed or
/// mistyped argument; else what the call throws, and then `report.outcome` is not success.
Value call_share_method(const Hooked<ShareDriver>& hooked, std::string_view method,
                        const Value::Map& args, const Context& context, CallReport& report);

}  // namespace hookwire

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "hookwire/base/value.h"
#include "hookwire/hooks/context.h"
#include "hookwire/hooks/hook_chain.h"

namespace hookwire {

/// {"method":"extend_share","args":{...},"context":{...}}
struct CallLine {
  std::string method;
  Value::Map args;
  Context context;
};

/// {"control":"tick","count":3}
struct TickLine {
  std::uint64_t count = 1;
};

/// {"control":"hooks"}
struct HooksLine {};

/// {"control":"enable_hook","hook":"NAME","phase":"pre|post|periodic|all"}, or disable_hook.
struct SwitchLine {
  std::string hook;
  HookChain::Phases phases;
  bool on = true;
};

using HostLine = std::variant<CallLine, TickLine, HooksLine, SwitchLine>;

/// Reads one line of input. Throws Error bad_input that says what was expected.
HostLine parse_host_line(std::string_view line);

}  // namespace hookwire

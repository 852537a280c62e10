#include "hook_guard.h"

#include <string>

#include "hookwire/base/type_name.h"

namespace hookwire {

void log_hook_error(Log& log, std::string_view hook, HookPhase phase, std::string_view method,
                    const std::exception_ptr& error, std::string_view consequence,
                    FunctionRef<std::string(std::string_view)> redacted) noexcept {
  try {
    const ErrorText text = describe_exception(error);
    std::string line = "hook " + std::string(hook) + " raised in " + std::string(to_string(phase));
    if (!method.empty()) line += " of " + std::string(method);
    line += ": " + text.type;
    if (!text.message.empty()) line += ": " + redacted(text.message);
    log.error(line + " (" + std::string(consequence) + ")");
  } catch (...) {
    log.error("a hook raised, and there was no memory to say what");
  }
}

}  // namespace hookwire

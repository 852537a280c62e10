// A hook library of another release: asking it for a hook would end the test program.
#include <cstdlib>

#include "hookwire/hooks/plugin.h"

extern "C" HOOKWIRE_PLUGIN_EXPORT const char hookwire_plugin_abi[] = "hookwire-hook-abi 0; other";
extern "C" HOOKWIRE_PLUGIN_EXPORT hookwire::Hook* hookwire_make_hook(const char*,
                                                                     const hookwire::HookSetup&) {
  std::abort();
}

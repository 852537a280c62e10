#pragma once

#include <memory>

#include "hookwire/hooks/hook_registry.h"

// What a shared library with hooks exports, all of it:
//
//   #include "hookwire/hooks/plugin.h"
//   extern "C" HOOKWIRE_PLUGIN_EXPORT const char hookwire_plugin_abi[] = HOOKWIRE_PLUGIN_ABI;
//   extern "C" HOOKWIRE_PLUGIN_EXPORT hookwire::Hook* hookwire_make_hook(
//       const char* class_name, const hookwire::HookSetup& setup) {
//     if (std::string_view(class_name) == "QuotaHook") return new QuotaHook(setup);
//     return nullptr;
//   }

#define HOOKWIRE_PLUGIN_EXPORT __attribute__((visibility("default")))

#define HOOKWIRE_STRINGIZE_(x) #x
#define HOOKWIRE_STRINGIZE(x) HOOKWIRE_STRINGIZE_(x)

#if defined(__SANITIZE_ADDRESS__)
#define HOOKWIRE_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define HOOKWIRE_SANITIZER "thread"
#else
#define HOOKWIRE_SANITIZER "none"
#endif

/// What a library and the program must agree on: the hook interface's version, the compiler and
/// the sanitizer.
#define HOOKWIRE_PLUGIN_ABI                                                                   \
  "hookwire-hook-abi 6; gcc " HOOKWIRE_STRINGIZE(__GNUC__) "; cxx11-abi " HOOKWIRE_STRINGIZE( \
      _GLIBCXX_USE_CXX11_ABI) "; sanitizer " HOOKWIRE_SANITIZER

#pragma GCC visibility push(default)
namespace hookwire {

/// Names of the two symbols, as dlsym wants them.
inline constexpr char kPluginAbiSymbol[] = "hookwire_plugin_abi";
inline constexpr char kPluginMakeSymbol[] = "hookwire_make_hook";

/// The type of hookwire_make_hook: returns a new hook that the program owns, nullptr when the
/// library has no such class; may throw as HookFactory.
using PluginMakeHook = Hook* (*)(const char* class_name, const HookSetup& setup);

}  // namespace hookwire
#pragma GCC visibility pop

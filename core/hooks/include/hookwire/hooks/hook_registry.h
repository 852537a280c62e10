#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/log.h"
#include "hookwire/hooks/hook.h"
#include "hookwire/hooks/hook_chain.h"
#include "hookwire/hooks/options.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What a hook is made with. The references outlive the hook, except `options`, which is for
/// reading in the constructor.
struct HookSetup {
  std::string name;        ///< Of the instance.
  std::string publisher;   ///< host@backend
  const Options& options;  ///< [backend:name], then [backend].
  const Clock& clock;
  Log& log;
};

/// Makes a hook. Throws Error configuration for bad options.
using HookFactory = std::function<std::shared_ptr<Hook>(const HookSetup&)>;

/// One item of `hook_drivers`: `[name=]where:Class`, where is a word ("hookwire", "mine") for
/// classes registered in the program, or a path with a slash for a shared library.
struct HookReference {
  std::string name;        ///< Given, or the class's without what stands before the colon.
  std::string library;     ///< Path of a shared library; empty: registered in the program.
  std::string class_name;  ///< "hookwire:NotificationHook", or the class within the library.

  /// Throws Error bad_input that says what the form is.
  static HookReference parse(std::string_view text);
};

/// Knows how to make hooks by name: those of the program, and those in shared libraries.
/// Thread-compatible.
class HookRegistry {
 public:
  /// `class_name` as configured: "mine:AuditHook". Throws Error configuration when it is taken.
  void add(std::string class_name, HookFactory factory);

  /// A registry with hookwire:LogHook.
  static HookRegistry with_built_in_hooks();

  /// Makes the hook of `reference`, loading its library when it has one. Throws Error:
  /// configuration for an unknown class (names the known ones), a library that is missing or that
  /// others may write to; incompatible for one built for another ABI (says both).
  std::shared_ptr<Hook> make(const HookReference& reference, const HookSetup& setup) const;

  /// Reads `hook_drivers` of the group `backend` and makes its chain: instances in order, with
  /// switches read from the instance's group, then the backend's. Throws Error configuration with
  /// file and line, also for a group [backend:name] whose hook is not listed.
  std::vector<HookInstance> make_chain(const Options& options, const std::string& backend,
                                       const std::string& publisher, const Clock& clock,
                                       Log& log) const;

 private:
  HookFactory find(const HookReference& reference) const;

  std::map<std::string, HookFactory, std::less<>> factories_;
};

}  // namespace hookwire
#pragma GCC visibility pop

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/hook_run.h"
#include "hookwire/hooks/method.h"
#include "hookwire/hooks/options.h"

#include "program_run.h"

namespace hookwire {

/// The options of one ExecHook, read and checked. Immutable.
struct ExecOptions {
  Program program;
  std::vector<std::string> environment;  ///< NAME=VALUE, the standard entries included.
  std::set<std::string, std::less<>> methods;
  std::array<bool, 4> phases{};  ///< By HookPhase.
  std::chrono::nanoseconds deadline{};
  std::size_t max_processes = 0;
  std::string cgroup{};  ///< Of version 2, delegated to us; empty: none.

  bool chooses(HookPhase phase) const noexcept { return phases[static_cast<std::size_t>(phase)]; }
  bool chooses(HookPhase phase, std::string_view method) const {
    return chooses(phase) && methods.contains(method);
  }

  /// `known` are the driver's methods. Throws Error configuration with file and line.
  static ExecOptions read(const Options& options, std::span<const MethodDescriptor* const> known);
};

}  // namespace hookwire

#pragma once

#include <span>
#include <string>

#include "hookwire/base/error.h"
#include "hookwire/hooks/hook_registry.h"
#include "hookwire/hooks/method.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The program of an ExecHook refused the call: it ended with status 1 in pre. `what()` is what it
/// wrote to its standard error. Immutable.
class ProgramVeto : public Error {
 public:
  explicit ProgramVeto(const std::string& reason) : Error(ErrorCode::bad_input, reason) {}
};

/// The program of an ExecHook could not be run, or did not do what it should: another exit status,
/// a signal, its deadline, too much output, a result that does not fit. Immutable.
class ProgramError : public Error {
 public:
  using Error::Error;
};

/// The factory of hookwire:ExecHook for a driver of these methods, which must live as long as the
/// program: hooks in any language, each phase of a call a run of a program. docs/exec-hook.md says
/// what a program is given and what its end means. The hook is thread-safe; a call waits for the
/// program, at most `exec_deadline` and 20 ms. Needs Linux 5.9. Every run costs a process, so some
/// hundred microseconds; a call or phase that is not chosen, a search among the chosen names.
HookFactory exec_hook_factory(std::span<const MethodDescriptor* const> methods);

}  // namespace hookwire
#pragma GCC visibility pop

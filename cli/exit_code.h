#pragma once

#include "hookwire/base/error.h"

namespace hookwire {

/// What the process ends with; a contract with scripts.
enum ExitCode : int {
  kExitOk = 0,
  kExitNo = 1,     ///< Nothing found, or a check said no.
  kExitUsage = 2,  ///< Bad usage or configuration.
  kExitIo = 3,     ///< I/O or connection.
  kExitTimedOut = 4,
  kExitIntegrity = 5,
  kExitGap = 6,  ///< A gap that could not be filled.
};

/// The exit code for an error that ended a command.
constexpr ExitCode exit_code_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::configuration:
    case ErrorCode::bad_input:
      return kExitUsage;
    case ErrorCode::timed_out:
      return kExitTimedOut;
    case ErrorCode::damaged:
      return kExitIntegrity;
    case ErrorCode::io:
    case ErrorCode::busy:
    case ErrorCode::incompatible:
    case ErrorCode::closed:
      return kExitIo;
  }
  return kExitIo;
}

}  // namespace hookwire

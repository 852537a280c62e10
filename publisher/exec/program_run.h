#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "child.h"

namespace hookwire {

using Deadline = std::chrono::steady_clock::time_point;

/// What to run, and how much of it. Immutable.
struct Program {
  std::string path;
  std::vector<std::string> arguments;
  std::size_t max_output = 0;
  std::size_t max_errors = 0;
};

/// How a run ended. `end` is empty when it was stopped from here.
struct ProgramEnd {
  std::optional<ChildEnd> end;
  bool timed_out = false;
  bool flooded = false;  ///< More than max_output came.
  std::string output;    ///< At most max_output bytes.
  std::string errors;    ///< The first max_errors bytes.
  /// A killed child that the kernel had not ended yet: to be reaped later.
  std::optional<Child> leftover;
};

/// Runs `program` with `input` on its standard input until it ends, floods its output, or
/// `deadline` passes, and kills its group in any case. Returns at most some milliseconds after the
/// deadline. `environment` is NAME=VALUE. `cgroup`, unless empty, is the folder of one that it runs
/// in, and that is killed as its group is; no other run may use it meanwhile. Throws Error
/// configuration for a file that may not run, IoError when it cannot be run. Thread-safe.
ProgramEnd run_program(const Program& program, const std::vector<std::string>& environment,
                       const std::string& input, const std::string& cgroup, Deadline deadline);

}  // namespace hookwire

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli_test.h"

namespace hookwire::testing {

/// Runs the examples as programs of their own, and the real `hookwire` beside them.
class ExamplesTest : public CliTest {
 protected:
  std::unique_ptr<ChildProcess> start_example(const std::string& name,
                                              std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), std::string(EXAMPLE_BINARIES "/example_") + name);
    return std::make_unique<ChildProcess>(arguments, in_folder(name + ".messages"));
  }

  /// Runs it to its end, with nothing to read.
  Ended run_example(const std::string& name, std::vector<std::string> arguments) const {
    const auto program = start_example(name, std::move(arguments));
    program->close_input();
    Ended ended;
    ended.output = rest_of(*program);
    ended.code = program->wait(kDeadline).value_or(-1);
    ended.messages = read_file(in_folder(name + ".messages"));
    return ended;
  }
};

}  // namespace hookwire::testing

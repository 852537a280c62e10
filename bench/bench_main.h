#pragma once

#include <functional>
#include <string>

#include "report.h"

namespace CLI {
class App;
}

namespace hookwire::bench {

/// What every benchmark's command line says.
struct BenchOptions {
  bool quick = false;
  int rounds = 7;
  std::string event;  ///< event.json
  std::string dir;    ///< Where journals go; empty: the default of WorkFolder.
};

struct BenchProgram {
  std::string name;
  std::string description;  ///< Stands first in --help.
  std::function<void(CLI::App&)> add_flags{};
  std::function<void(const BenchOptions&, Report&)> run;
};

/// Parses the command line, runs the benchmark, writes --json FILE. Returns the exit code: 0, 2 for
/// a bad command line, 1 when anything failed, the benchmark's own checks included.
int bench_main(int argc, char** argv, const BenchProgram& program);

}  // namespace hookwire::bench

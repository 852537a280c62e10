#include "bench_main.h"

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace hookwire::bench {

namespace {

constexpr int kQuickRounds = 2;

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace

int bench_main(int argc, char** argv, const BenchProgram& program) {
  BenchOptions options;
  options.event = HOOKWIRE_BENCH_EVENT;
  std::string json;
  CLI::App app(program.description, program.name);
  app.add_option("--json", json, "Write every round's figures to this file")->type_name("FILE");
  app.add_flag("--quick", options.quick, "A few seconds, to see that it works");
  CLI::Option* rounds = app.add_option("--rounds", options.rounds, "Rounds, 7 unless --quick");
  rounds->check(CLI::Range(1, 1000))->type_name("N");
  app.add_option("--event", options.event, "The call to measure, instead of bench/event.json")
      ->type_name("FILE");
  app.add_option("--dir", options.dir, "Put journals here; else in TMPDIR, else in .")
      ->type_name("DIR");
  if (program.add_flags) program.add_flags(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.quick && rounds->empty()) options.rounds = kQuickRounds;
  try {
    Report report(program.name, options.quick);
    report.fact("rounds", options.rounds);
    program.run(options, report);
    if (!json.empty()) write(json, report.json());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program.name.c_str(), error.what());
    return 1;
  }
}

}  // namespace hookwire::bench

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "command.h"
#include "demo.h"
#include "help.h"

namespace hookwire {

namespace {

constexpr char kDemoHelp[] = R"(Examples:
  hookwire demo
  hookwire demo --keep

Runs the whole path on this machine in seconds: a host with a driver that does
real work, a subscriber in another process, a call that fails, one that a hook
refuses, a host killed in the middle of a call and started again. Checks all
that it claims; ends with 0 only if every check held.)";

}  // namespace

void add_demo_command(CLI::App& program, Command& chosen) {
  auto keep = std::make_shared<bool>(false);
  CLI::App* command = program.add_subcommand("demo", "See the whole path at work");
  set_help(*command, kDemoHelp);
  command->add_flag("--keep", *keep, "Keep the folder that it worked in");
  command->callback([&chosen, keep] {
    chosen = [keep](House& house) { return run_demo(house.signals, *keep); };
  });
}

}  // namespace hookwire

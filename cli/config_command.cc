#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "hookwire/host/backend.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"

namespace hookwire {

namespace {

constexpr char kConfigHelp[] = R"(Examples:
  hookwire config check hookwire.conf
  hookwire config show hookwire.conf

check reads everything that `hookwire host` would read, says what would run and
opens nothing; it ends with 2 and FILE:LINE when something is wrong. show
prints the file as it was understood.)";

int check(House& house, const std::string& path) {
  const ConfigFile file = ConfigFile::load(path);
  for (const std::string& backend : enabled_backends(file)) {
    const BackendPlan plan = BackendPlan::read(file, backend, house.clock, house.log);
    for (const std::string& line : plan.lines()) std::printf("%s\n", line.c_str());
  }
  return kExitOk;
}

// Continuation lines are shown as they were joined, indented again.
std::string indented(const std::string& value) {
  std::string text;
  for (char c : value) {
    text += c;
    if (c == '\n') text += "    ";
  }
  return text;
}

int show(const std::string& path) {
  const ConfigFile file = ConfigFile::load(path);
  for (const ConfigGroup& group : file.groups()) {
    std::printf("[%s]\n", group.name.c_str());
    for (const ConfigOption& option : group.options) {
      std::printf("%s = %s\n", option.name.c_str(), indented(option.value).c_str());
    }
    std::printf("\n");
  }
  return kExitOk;
}

}  // namespace

void add_config_command(CLI::App& program, Command& chosen) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("config", "Check or show a configuration file");
  set_help(*command, kConfigHelp);
  command->require_subcommand(1);
  CLI::App* check_command =
      command->add_subcommand("check", "Say what would run, or what is wrong");
  check_command->add_option("FILE", *path, "Configuration file")->required();
  check_command->callback(
      [&chosen, path] { chosen = [path](House& house) { return check(house, *path); }; });
  CLI::App* show_command = command->add_subcommand("show", "Print the file as understood");
  show_command->add_option("FILE", *path, "Configuration file")->required();
  show_command->callback(
      [&chosen, path] { chosen = [path](House& /*house*/) { return show(*path); }; });
}

}  // namespace hookwire

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hookwire/hooks/spdlog_log.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"

namespace {

constexpr char kVersion[] = "hookwire " HOOKWIRE_VERSION;

constexpr char kDescription[] = R"(Examples:
  hookwire demo                          see it all work, nothing to set up
  hookwire host -c examples/hookwire.conf --calls examples/calls.jsonl
  hookwire tail --connect ipc://var/sockets/gold.stream --from earliest --once
  hookwire journal verify var/journal/gold

Hookwire sees, vetoes, audits and reacts to every call that a service makes on
its driver. `hookwire help COMMAND` says more; `hookwire version` names this
one.)";

// `hookwire help COMMAND...` is `hookwire COMMAND... --help`; `version` is --version.
std::vector<std::string> normalised(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) words = {"help"};
  if (words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  } else if (words.front() == "version") {
    words.front() = "--version";
  }
  return {words.rbegin(), words.rend()};  // CLI11 takes them last one first
}

// The first word behind `help` that is no command; empty when all are.
std::string unknown_subject(const CLI::App& program, int argc, char** argv) {
  if (argc < 3 || std::string_view(argv[1]) != "help") return {};
  const CLI::App* command = &program;
  for (int i = 2; i < argc && argv[i][0] != '-'; ++i) {
    const std::string word = argv[i];
    if (word == "version" || word == "help") return {};
    const auto found =
        command->get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
    if (found.empty()) return word;
    command = found.front();
  }
  return {};
}

// CLI11 says only that a command is required, not which word it did not know.
std::string failure_message(const CLI::App* program, const CLI::Error& error) {
  const std::vector<std::string> unknown = program->remaining(true);
  if (error.get_name() != "RequiredError" || unknown.empty()) {
    return CLI::FailureMessage::simple(program, error);
  }
  return "Unknown command or option: " + unknown.front() +
         "\nRun with --help for more information.\n";
}

int run(hookwire::Command& command) {
  const std::unique_ptr<hookwire::Log> log = hookwire::make_stderr_log();
  try {
    hookwire::Signals signals;
    hookwire::PosixFileSystem file_system;
    const hookwire::SystemClock clock;
    const std::unique_ptr<hookwire::Log> warnings =
        hookwire::make_stderr_log(hookwire::LogLevel::warning);
    hookwire::House house{file_system, clock, *log, *warnings, signals};
    return command(house);
  } catch (const hookwire::Error& error) {
    std::fprintf(stderr, "hookwire: %s\n", error.what());
    return hookwire::exit_code_of(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hookwire: %s\n", error.what());
    return hookwire::kExitIo;
  }
}

}  // namespace

int main(int argc, char** argv) {
  hookwire::Command command;
  CLI::App program("", "hookwire");
  hookwire::set_help(program, kDescription);
  program.set_version_flag("--version", kVersion);
  program.require_subcommand(1);
  program.failure_message(failure_message);
  hookwire::add_host_command(program, command);
  hookwire::add_tail_commands(program, command);
  hookwire::add_journal_command(program, command);
  hookwire::add_audit_command(program, command);
  hookwire::add_status_command(program, command);
  hookwire::add_config_command(program, command);
  hookwire::add_schema_command(program, command);
  hookwire::add_demo_command(program, command);
  if (const std::string word = unknown_subject(program, argc, argv); !word.empty()) {
    std::fprintf(stderr, "hookwire: no command is called '%s'; see hookwire help\n", word.c_str());
    return hookwire::kExitUsage;
  }
  try {
    program.parse(normalised(argc, argv));
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? hookwire::kExitOk : hookwire::kExitUsage;
  } catch (const hookwire::Error& error) {
    std::fprintf(stderr, "hookwire: %s\n", error.what());
    return hookwire::kExitUsage;
  }
  return run(command);
}

#pragma once

#include <functional>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

#include "signals.h"

namespace CLI {
class App;
}

namespace hookwire {

/// What main() builds for every command. Outlives the command.
struct House {
  FileSystem& file_system;
  const Clock& clock;
  Log& log;
  Log& warnings;  ///< For commands that say the rest themselves.
  Signals& signals;
};

/// What the command line chose to run; returns the exit code.
using Command = std::function<int(House&)>;

// Each adds its command to the program; when the command line chooses it, sets `chosen`.
void add_host_command(CLI::App& program, Command& chosen);
void add_tail_commands(CLI::App& program, Command& chosen);
void add_journal_command(CLI::App& program, Command& chosen);
void add_audit_command(CLI::App& program, Command& chosen);
void add_config_command(CLI::App& program, Command& chosen);
void add_schema_command(CLI::App& program, Command& chosen);
void add_status_command(CLI::App& program, Command& chosen);
void add_demo_command(CLI::App& program, Command& chosen);

}  // namespace hookwire

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hookwire/tail/tail.h"

#include "command.h"

namespace hookwire {

/// What tail, wait and journal cat take from the command line, as words. A plain aggregate.
struct TailArguments {
  std::vector<std::string> connect;
  std::vector<std::string> live;
  std::string journal;
  std::string from;
  std::vector<std::string> topics;
  std::vector<std::string> methods;
  std::vector<std::string> phases;
  std::vector<std::string> publishers;
  std::vector<std::string> users;
  std::vector<std::string> projects;
  std::vector<std::string> requests;
  bool failed = false;
  std::uint64_t count = 0;
  std::string timeout;
  bool once = false;
  bool calls = false;
  bool quiet = false;
  std::string output = "text";
  bool utc = false;
  std::string color = "auto";
};

/// Adds --connect, --live and --journal.
void add_source_options(CLI::App& command, TailArguments& arguments);
/// Adds --topic, --method, --phase, --publisher, --user, --project, --request, --failed.
void add_count_option(CLI::App& command, TailArguments& arguments);
void add_filter_options(CLI::App& command, TailArguments& arguments);
/// Adds -o, --utc, --color.
void add_output_options(CLI::App& command, TailArguments& arguments);

/// The words in their meaning. Throws Error bad_input that names the word and what is expected.
TailOptions tail_options(const TailArguments& arguments, const Clock& clock);

/// What --color says: auto is true on a terminal, unless NO_COLOR is set.
bool wants_color(const std::string& choice);

/// Writes to stdout and stderr.
TailParts tail_parts(House& house);

}  // namespace hookwire

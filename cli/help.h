#pragma once

#include <string>

namespace CLI {
class App;
}

namespace hookwire {

/// Makes help start with `text`, examples first, and lets lists of commands show only the command's
/// one-line description. Subcommands made afterwards inherit the form.
void set_help(CLI::App& command, const std::string& text);

}  // namespace hookwire

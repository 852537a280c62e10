#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "hookwire/schemas/body_schema.h"
#include "hookwire/tail/match.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"

namespace hookwire {

namespace {

constexpr char kSchemaHelp[] = R"(Examples:
  hookwire schema failure > failure.schema.json
  hookwire schema

Prints the JSON Schema (2020-12) of the body of an event of a phase: pre, post,
failure, periodic or system. Without a phase, the definitions of all.)";

}  // namespace

void add_schema_command(CLI::App& program, Command& chosen) {
  auto word = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("schema", "Print the JSON Schema of events' bodies");
  set_help(*command, kSchemaHelp);
  command->add_option("PHASE", *word, "Of which phase");
  command->callback([&chosen, word] {
    chosen = [word](House& /*house*/) {
      const auto phase = word->empty() ? std::nullopt : std::optional(parse_phase(*word));
      std::fputs(body_schema(phase).c_str(), stdout);
      return std::fflush(stdout) == 0 ? kExitOk : kExitIo;
    };
  });
}

}  // namespace hookwire

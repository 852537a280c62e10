#include <memory>

#include <CLI/CLI.hpp>

#include "hookwire/tail/match.h"

#include "command.h"
#include "help.h"
#include "tail_arguments.h"

namespace hookwire {

namespace {

constexpr char kTailHelp[] = R"(Examples:
  hookwire tail --connect ipc://var/sockets/gold.stream
  hookwire tail --connect STREAM --from earliest --once -o json
  hookwire tail --connect STREAM --failed --method 'create_*' --from 2h
  hookwire tail --live ipc://var/sockets/gold.live --topic failure/
  hookwire tail --journal var/journal/gold --calls

Prints events as they come. --from is earliest, latest (default), a sequence, a
time (RFC 3339), or an age (2h, 90s). A gap is printed where it is; with --once
the exit code is then 6. --live listens from now on to a feed that waits for
nobody: what is lost on the way is printed as a gap.)";

constexpr char kWaitHelp[] = R"(Examples:
  hookwire wait method=delete_share_instance --connect STREAM --timeout 30
  hookwire wait failed user=alice --connect STREAM --timeout 60 -q

Ends with 0 at the first event that matches every MATCH, and prints it; with 4
when the timeout passes first. MATCH is failed, or topic=PREFIX, method=GLOB,
phase=P, publisher=GLOB, user=U, project=P, request=ID.)";

void add_tail(CLI::App& program, Command& chosen) {
  auto arguments = std::make_shared<TailArguments>();
  CLI::App* command = program.add_subcommand("tail", "Print events as they come");
  set_help(*command, kTailHelp);
  add_source_options(*command, *arguments);
  command->add_option("--from", arguments->from, "Where to begin")->type_name("WHERE");
  add_filter_options(*command, *arguments);
  add_count_option(*command, *arguments);
  command->add_option("--timeout", arguments->timeout, "Stop after so many seconds")
      ->type_name("SECONDS");
  command->add_flag("--once", arguments->once, "Stop when caught up");
  command->add_flag("--calls", arguments->calls, "A call's two events on one line");
  add_output_options(*command, *arguments);
  command->callback([&chosen, arguments] {
    chosen = [arguments](House& house) {
      return tail(tail_parts(house), tail_options(*arguments, house.clock),
                  house.signals.stop_token());
    };
  });
}

void add_wait(CLI::App& program, Command& chosen) {
  auto arguments = std::make_shared<TailArguments>();
  auto matches = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.add_subcommand("wait", "Wait for an event that matches");
  set_help(*command, kWaitHelp);
  command->add_option("MATCH", *matches, "What the event must be");
  add_source_options(*command, *arguments);
  command->add_option("--from", arguments->from, "Where to begin")->type_name("WHERE");
  add_filter_options(*command, *arguments);
  command->add_option("--timeout", arguments->timeout, "Give up after so many seconds")
      ->type_name("SECONDS")
      ->required();
  command->add_flag("-q,--quiet", arguments->quiet, "Print nothing");
  add_output_options(*command, *arguments);
  command->callback([&chosen, arguments, matches] {
    chosen = [arguments, matches](House& house) {
      TailOptions options = tail_options(*arguments, house.clock);
      for (const std::string& match : *matches) add_match(options.filter, match);
      return wait_for_event(tail_parts(house), options, house.signals.stop_token());
    };
  });
}

}  // namespace

void add_tail_commands(CLI::App& program, Command& chosen) {
  add_tail(program, chosen);
  add_wait(program, chosen);
}

}  // namespace hookwire

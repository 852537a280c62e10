#include "tail_arguments.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <limits>

#include <CLI/CLI.hpp>

#include "hookwire/base/error.h"
#include "hookwire/tail/from.h"
#include "hookwire/tail/match.h"

namespace hookwire {

bool wants_color(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

void add_source_options(CLI::App& command, TailArguments& arguments) {
  command.add_option("--connect", arguments.connect, "A publisher's stream endpoint; repeatable")
      ->type_name("STREAM");
  command.add_option("--live", arguments.live, "A publisher's live endpoint, instead; repeatable")
      ->type_name("LIVE");
  command.add_option("--journal", arguments.journal, "A journal's folder, instead of --connect")
      ->type_name("DIR");
}

void add_count_option(CLI::App& command, TailArguments& arguments) {
  command.add_option("-n", arguments.count, "Stop after so many events")
      ->type_name("COUNT")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
}

void add_filter_options(CLI::App& command, TailArguments& arguments) {
  const auto add = [&](const char* name, std::vector<std::string>& words, const char* type,
                       const char* text) {
    command.add_option(name, words, text)->type_name(type)->group("Which events");
  };
  add("--topic", arguments.topics, "PREFIX", "Topic prefix, like failure/; repeatable");
  add("--method", arguments.methods, "GLOB", "Method, with * and ?");
  add("--phase", arguments.phases, "P", "pre, post, failure, periodic or system");
  add("--publisher", arguments.publishers, "GLOB", "host@backend, with * and ?");
  add("--user", arguments.users, "U", "User id");
  add("--project", arguments.projects, "P", "Project id");
  add("--request", arguments.requests, "ID", "Request id");
  command.add_flag("--failed", arguments.failed, "Only calls that failed")->group("Which events");
}

void add_output_options(CLI::App& command, TailArguments& arguments) {
  command.add_option("-o,--output", arguments.output, "text, json or cloudevents")
      ->type_name("FORMAT");
  command.add_flag("--utc", arguments.utc, "Times in UTC instead of local time");
  command.add_option("--color", arguments.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

TailOptions tail_options(const TailArguments& arguments, const Clock& clock) {
  TailOptions options;
  options.endpoints = arguments.connect;
  options.live = arguments.live;
  options.journal = arguments.journal;
  const bool history = !arguments.from.empty() && arguments.from != "latest";
  if (!arguments.live.empty() && history) {
    throw Error(
        ErrorCode::configuration,
        "--from needs a history: a live feed (--live) begins now; use --connect or --journal");
  }
  options.count = arguments.count;
  options.once = arguments.once;
  options.quiet = arguments.quiet;
  if (!arguments.from.empty() && arguments.live.empty()) {
    options.start = parse_from(arguments.from, clock.unix_ns());
  }
  if (!arguments.timeout.empty()) options.timeout = parse_seconds(arguments.timeout);
  EventFilter& filter = options.filter;
  filter.topics = arguments.topics;
  filter.methods = arguments.methods;
  for (const std::string& phase : arguments.phases) filter.phases.push_back(parse_phase(phase));
  filter.publishers = arguments.publishers;
  filter.users = arguments.users;
  filter.projects = arguments.projects;
  filter.requests = arguments.requests;
  filter.failed = arguments.failed;
  options.print.format = parse_output_format(arguments.output);
  options.print.calls = arguments.calls;
  options.print.text.utc = arguments.utc;
  options.print.text.colour = wants_color(arguments.color);
  return options;
}

TailParts tail_parts(House& house) {
  return {.file_system = house.file_system,
          .clock = house.clock,
          .log = house.warnings,
          .out = std::cout,
          .err = std::cerr};
}

}  // namespace hookwire

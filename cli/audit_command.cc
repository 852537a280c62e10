#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hookwire/audit/audit_log.h"
#include "hookwire/client/subscriber.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"

namespace hookwire {

namespace {

constexpr char kAuditHelp[] = R"(Examples:
  hookwire audit run --log var/audit --connect ipc://var/sockets/gold.stream
  hookwire audit run --log var/audit --connect STREAM --connect STREAM --once
  hookwire audit run --log var/audit --name audit --connect STREAM

Records what publishers say in a log of its own: every event once, in order,
byte for byte, on stable storage before it is acknowledged. Killed and started
again it goes on where it stopped. What a publisher cannot give any more is
recorded as a gap; --once then ends with 6.)";

// How soon a stop is noticed while nothing comes.
constexpr std::chrono::milliseconds kStep(100);

struct AuditArguments {
  std::string log;
  std::vector<std::string> connect;
  std::string name;
  bool once = false;
};

int run(House& house, const AuditArguments& arguments) {
  AuditLog log(house.file_system, house.clock, house.log, {.folder = arguments.log});
  SubscriberOptions options;
  options.endpoints = arguments.connect;
  options.name = arguments.name;
  options.start.from = StreamStart::From::earliest;
  Subscriber subscriber(house.clock, house.log, options, log, &log);
  const std::stop_token stop = house.signals.stop_token();
  if (!arguments.once) subscriber.run(stop);
  while (arguments.once && !subscriber.caught_up() && !stop.stop_requested()) {
    subscriber.step(kStep);
  }
  house.log.info("audit log: " + std::to_string(log.record_count()) + " events and " +
                 std::to_string(log.gap_count()) + " gaps recorded");
  return arguments.once && log.gap_count() > 0 ? kExitGap : kExitOk;
}

}  // namespace

void add_audit_command(CLI::App& program, Command& chosen) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command = program.add_subcommand("audit", "Record events in a log of its own");
  set_help(*command, kAuditHelp);
  command->require_subcommand(1);
  CLI::App* run_command = command->add_subcommand("run", "Record what publishers say");
  set_help(*run_command, kAuditHelp);
  run_command->add_option("--log", arguments->log, "The log's folder")
      ->type_name("DIR")
      ->required();
  run_command->add_option("--connect", arguments->connect, "A publisher's stream endpoint")
      ->type_name("STREAM")
      ->required();
  run_command->add_option("--name", arguments->name, "Its name in retain_for of publishers")
      ->type_name("NAME");
  run_command->add_flag("--once", arguments->once, "Stop when caught up");
  run_command->callback([&chosen, arguments] {
    chosen = [arguments](House& house) { return run(house, *arguments); };
  });
}

}  // namespace hookwire

#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "hookwire/format/time_text.h"
#include "hookwire/journal/journal_inspection.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"
#include "tail_arguments.h"

namespace hookwire {

namespace {

constexpr char kHelp[] = R"(Examples:
  hookwire journal ls var/journal/gold
  hookwire journal cat var/journal/gold --failed -o json
  hookwire journal verify var/journal/gold

Looks into a journal folder, of a host that runs or one that died. Changes
nothing. verify ends with 0 when the journal is sound (a torn tail, which a
killed host leaves, is sound) and 5 when it is damaged.)";

int list(House& house, const std::string& folder) {
  const JournalInspection journal = inspect_journal(house.file_system, folder);
  std::printf("%-24s %5s %12s %12s %12s  %-23s\n", "SEGMENT", "EPOCH", "FIRST", "LAST", "BYTES",
              "FROM");
  for (const SegmentInfo& segment : journal.segments) {
    if (segment.first_sequence == 0) {
      std::printf("%-24s %5s %12s %12s %12s  %s\n", segment.file.c_str(), "-", "-", "-", "0",
                  "not used yet");
      continue;
    }
    std::printf("%-24s %5u %12llu %12llu %12llu  %s\n", segment.file.c_str(), segment.epoch,
                static_cast<unsigned long long>(segment.first_sequence),
                static_cast<unsigned long long>(segment.last_sequence),
                static_cast<unsigned long long>(segment.used_bytes),
                short_time_text(segment.first_time_ns, true).c_str());
  }
  return kExitOk;
}

int verify(House& house, const std::string& folder) {
  const JournalInspection journal = inspect_journal(house.file_system, folder);
  for (const JournalDamage& damage : journal.damage) {
    std::printf("damaged: %s at offset %llu: %s", damage.segment.c_str(),
                static_cast<unsigned long long>(damage.offset), damage.what.c_str());
    if (damage.first_sequence != 0) {
      std::printf("; sequences %llu..%llu cannot be read",
                  static_cast<unsigned long long>(damage.first_sequence),
                  static_cast<unsigned long long>(damage.last_sequence));
    }
    std::printf("\n");
  }
  if (journal.torn_bytes > 0) {
    std::printf("torn tail: %llu bytes of an unfinished record, which nobody was told about\n",
                static_cast<unsigned long long>(journal.torn_bytes));
  }
  std::printf("%s: journal %016llx, epoch %u, %llu records, sequences %llu..%llu, %s\n",
              journal.damage.empty() ? "sound" : "DAMAGED",
              static_cast<unsigned long long>(journal.journal_id), journal.epoch,
              static_cast<unsigned long long>(journal.record_count),
              static_cast<unsigned long long>(journal.first_sequence),
              static_cast<unsigned long long>(journal.last_sequence),
              journal.writer_alive     ? "being written"
              : journal.closed_cleanly ? "closed cleanly"
                                       : "its writer died");
  return journal.damage.empty() ? kExitOk : kExitIntegrity;
}

void add_cat(CLI::App& journal, Command& chosen) {
  auto arguments = std::make_shared<TailArguments>();
  CLI::App* command = journal.add_subcommand("cat", "Print the events");
  set_help(*command, kHelp);
  command->add_option("DIR", arguments->journal, "The journal's folder")->required();
  command->add_option("--from", arguments->from, "Where to begin (earliest)")->type_name("WHERE");
  add_filter_options(*command, *arguments);
  command->add_option("-n", arguments->count, "Stop after so many events")->type_name("COUNT");
  command->add_flag("--calls", arguments->calls, "A call's two events on one line");
  add_output_options(*command, *arguments);
  command->callback([&chosen, arguments] {
    chosen = [arguments](House& house) {
      if (arguments->from.empty()) arguments->from = "earliest";
      return cat_journal(tail_parts(house), tail_options(*arguments, house.clock),
                         house.signals.stop_token());
    };
  });
}

}  // namespace

void add_journal_command(CLI::App& program, Command& chosen) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("journal", "Look into a journal folder");
  set_help(*command, kHelp);
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* description,
                       int (*run)(House&, const std::string&)) {
    CLI::App* sub = command->add_subcommand(name, description);
    sub->add_option("DIR", *folder, "The journal's folder")->required();
    sub->callback([&chosen, folder, run] {
      chosen = [folder, run](House& house) { return run(house, *folder); };
    });
  };
  add("ls", "List the segments", list);
  add("verify", "Read and check every record", verify);
  add_cat(*command, chosen);
}

}  // namespace hookwire

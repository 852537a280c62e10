#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "hookwire/format/time_text.h"
#include "hookwire/journal/journal_inspection.h"
#include "hookwire/journal/journal_repair.h"
#include "hookwire/schemas/json.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"
#include "tail_arguments.h"

namespace hookwire {

namespace {

constexpr char kJournalHelp[] = R"(Examples:
  hookwire journal ls var/journal/gold
  hookwire journal cat var/journal/gold --failed -o json
  hookwire journal verify var/journal/gold
  hookwire journal repair var/journal/gold --dry-run

Looks into a journal folder, of a host that runs or one that died. Only repair
changes anything: it does now what the next host would do when it starts, with
nothing thrown away; --dry-run only says what that is. verify and repair end
with 0 when the journal is sound (a torn tail, which a killed host leaves, is
sound) and 5 when it is damaged: what is lost stays lost, and is told as a gap.)";

unsigned long long wide(std::uint64_t number) {
  return number;
}

// "11-24 08:46:09": the year and the fraction are in the JSON.
std::string time_cell(std::int64_t unix_ns) {
  return short_time_text(unix_ns, true).substr(5, 14);
}

void list_as_text(const JournalInspection& journal) {
  std::printf("%7s %5s %10s %10s %11s  %-14s  %s\n", "SEGMENT", "EPOCH", "FIRST", "LAST", "BYTES",
              "FROM (UTC)", "TO (UTC)");
  for (const SegmentInfo& segment : journal.segments) {
    if (segment.record_count == 0) {
      std::printf("%7llu %5s %10s %10s %11s  no records\n", wide(segment.ordinal), "-", "-", "-",
                  "-");
      continue;
    }
    std::printf("%7llu %5u %10llu %10llu %11llu  %-14s  %s\n", wide(segment.ordinal), segment.epoch,
                wide(segment.first_sequence), wide(segment.last_sequence), wide(segment.used_bytes),
                time_cell(segment.first_time_ns).c_str(), time_cell(segment.last_time_ns).c_str());
  }
}

void list_as_json(const JournalInspection& journal) {
  for (const SegmentInfo& segment : journal.segments) {
    Value::Map line{{"segment", segment.ordinal},    {"file", segment.file},
                    {"epoch", segment.epoch},        {"first", segment.first_sequence},
                    {"last", segment.last_sequence}, {"records", segment.record_count},
                    {"bytes", segment.used_bytes},   {"file_bytes", segment.file_bytes}};
    if (segment.record_count > 0) {
      line.emplace_back("from", utc_time_text(segment.first_time_ns));
      line.emplace_back("to", utc_time_text(segment.last_time_ns));
    }
    std::printf("%s\n", to_json(Value(std::move(line))).c_str());
  }
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

int repair(House& house, const std::string& folder, bool dry_run) {
  const JournalRepair repair = repair_journal(house.file_system, folder, dry_run);
  for (const std::string& found : repair.found) std::printf("found: %s\n", found.c_str());
  for (const std::string& step : repair.steps) {
    std::printf("%s: %s\n", dry_run ? "would do" : "done", step.c_str());
  }
  if (repair.found.empty() && repair.steps.empty()) std::printf("nothing to repair\n");
  std::printf("%s\n", repair.next.c_str());
  return repair.damaged ? kExitIntegrity : kExitOk;
}

void add_repair(CLI::App& journal, Command& chosen) {
  struct Arguments {
    std::string folder;
    bool dry_run = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = journal.add_subcommand("repair", "Do what the next writer would do");
  set_help(*command, kJournalHelp);
  command->add_option("DIR", arguments->folder, "The journal's folder")->required();
  command->add_flag("--dry-run", arguments->dry_run, "Say what would be done, change nothing");
  command->callback([&chosen, arguments] {
    chosen = [arguments](House& house) {
      return repair(house, arguments->folder, arguments->dry_run);
    };
  });
}

void add_cat(CLI::App& journal, Command& chosen) {
  auto arguments = std::make_shared<TailArguments>();
  CLI::App* command = journal.add_subcommand("cat", "Print the events");
  set_help(*command, kJournalHelp);
  command->add_option("DIR", arguments->journal, "The journal's folder")->required();
  command->add_option("--from", arguments->from, "Where to begin (earliest)")->type_name("WHERE");
  add_filter_options(*command, *arguments);
  add_count_option(*command, *arguments);
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
  set_help(*command, kJournalHelp);
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* description) {
    CLI::App* sub = command->add_subcommand(name, description);
    set_help(*sub, kJournalHelp);
    sub->add_option("DIR", *folder, "The journal's folder")->required();
    return sub;
  };
  auto json = std::make_shared<std::string>("text");
  CLI::App* ls = add("ls", "List the segments");
  ls->add_option("-o,--output", *json, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  ls->callback([&chosen, folder, json] {
    chosen = [folder, json](House& house) {
      const JournalInspection journal = inspect_journal(house.file_system, *folder);
      *json == "json" ? list_as_json(journal) : list_as_text(journal);
      return static_cast<int>(kExitOk);
    };
  });
  add("verify", "Read and check every record")->callback([&chosen, folder] {
    chosen = [folder](House& house) { return verify(house, *folder); };
  });
  add_repair(*command, chosen);
  add_cat(*command, chosen);
}

}  // namespace hookwire

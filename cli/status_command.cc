#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hookwire/client/ask_status.h"
#include "hookwire/format/printable.h"
#include "hookwire/format/status_text.h"
#include "hookwire/publisher/report.h"
#include "hookwire/schemas/json.h"
#include "hookwire/schemas/open_metrics.h"
#include "hookwire/tail/from.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"
#include "tail_arguments.h"

namespace hookwire {

namespace {

constexpr char kStatusHelp[] = R"(Examples:
  hookwire status --connect ipc://var/sockets/gold.stream
  hookwire status --journal var/journal/gold
  hookwire status --connect STREAM --max-lag 1000 -o json
  hookwire status --connect STREAM -o openmetrics
  hookwire status --connect STREAM -o prometheus

Says how a publisher is: its journal, hooks, calls, sessions and cursors, what
was dropped or refused and why. openmetrics is OpenMetrics 1.0; prometheus the
older text format, for promtool and textfile collectors. --journal reads a
journal's folder, whether its publisher lives or not. Ends with 1 when something
is wrong: a gap, a lag above --max-lag, low space.)";

struct StatusArguments {
  std::vector<std::string> connect;
  std::string journal;
  std::string output = "text";
  std::string timeout = "5";
  std::string color = "auto";
  std::int64_t max_lag = -1;
};

// The reports of all who answered; the exit code of the first who did not, and a message.
int collect(House& house, const StatusArguments& arguments, std::vector<StatusReport>& reports) {
  int code = kExitOk;
  const auto add = [&](const auto& ask) {
    try {
      reports.push_back(ask());
    } catch (const Error& error) {
      std::fprintf(stderr, "hookwire: %s\n", error.what());
      if (code == kExitOk) code = exit_code_of(error.code());
    }
  };
  const auto timeout = parse_seconds(arguments.timeout);
  for (const std::string& endpoint : arguments.connect) {
    add([&] { return ask_status(house.clock, endpoint, timeout, house.signals.stop_token()); });
  }
  if (!arguments.journal.empty()) {
    add([&] { return report_journal(house.file_system, arguments.journal); });
  }
  return code;
}

Value problem_list(const std::vector<StatusProblem>& problems) {
  Value::List list;
  for (const StatusProblem& problem : problems) list.emplace_back(problem.text);
  return list;
}

std::string json_line(const StatusReport& report, const std::vector<StatusProblem>& problems) {
  Value value = to_value(report);
  value.map()->emplace_back("problems", problem_list(problems));
  return to_json(value) + "\n";
}

// Nothing: they are told in another form.
std::optional<MetricsForm> metrics_form(const StatusArguments& arguments) {
  if (arguments.output == "openmetrics") return MetricsForm::open_metrics;
  if (arguments.output == "prometheus") return MetricsForm::plain;
  return std::nullopt;
}

// Each series may stand there once.
void refuse_twins(const std::vector<StatusReport>& reports) {
  std::set<std::string> seen;
  for (const StatusReport& report : reports) {
    if (seen.insert(report.publisher).second) continue;
    throw Error(ErrorCode::configuration,
                (report.publisher.empty() ? "a journal without its publisher"
                                          : "the publisher " + printable(report.publisher)) +
                    " was asked twice, and metrics of it can stand there once only");
  }
}

int status(House& house, const StatusArguments& arguments) {
  if (arguments.connect.empty() && arguments.journal.empty()) {
    throw Error(ErrorCode::configuration,
                "whose status? give --connect STREAM, --journal DIR, or both");
  }
  std::vector<StatusReport> reports;
  const int failed = collect(house, arguments, reports);
  if (metrics_form(arguments)) refuse_twins(reports);
  const std::optional<std::uint64_t> max_lag =
      arguments.max_lag < 0 ? std::nullopt
                            : std::optional(static_cast<std::uint64_t>(arguments.max_lag));
  bool wrong = false;
  std::string text;
  for (const StatusReport& report : reports) {
    const std::vector<StatusProblem> problems = find_problems(report, max_lag);
    wrong |= !problems.empty();
    if (arguments.output == "text") {
      if (!text.empty()) text += "\n";
      text += to_text(report, problems, wants_color(arguments.color));
    } else if (arguments.output == "json") {
      text += json_line(report, problems);
    } else {
      for (const StatusProblem& problem : problems) {
        std::fprintf(stderr, "hookwire: %s\n", printable(problem.text).c_str());
      }
    }
  }
  if (const auto form = metrics_form(arguments)) text = to_metrics(reports, *form);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw IoError(errno, "write the status");
  }
  if (failed != kExitOk) return failed;
  return wrong ? kExitNo : kExitOk;
}

}  // namespace

void add_status_command(CLI::App& program, Command& chosen) {
  auto arguments = std::make_shared<StatusArguments>();
  CLI::App* command = program.add_subcommand("status", "Say how a publisher is");
  set_help(*command, kStatusHelp);
  command->add_option("--connect", arguments->connect, "A publisher's stream endpoint; repeatable")
      ->type_name("STREAM");
  command->add_option("--journal", arguments->journal, "A journal's folder")->type_name("DIR");
  command
      ->add_option("--max-lag", arguments->max_lag,
                   "A client that lacks more events than this is wrong")
      ->type_name("EVENTS")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--timeout", arguments->timeout, "Give up after so many seconds (5)")
      ->type_name("SECONDS");
  command->add_option("-o,--output", arguments->output, "text, json, openmetrics or prometheus")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json", "openmetrics", "prometheus"}));
  command->add_option("--color", arguments->color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  command->callback([&chosen, arguments] {
    chosen = [arguments](House& house) { return status(house, *arguments); };
  });
}

}  // namespace hookwire

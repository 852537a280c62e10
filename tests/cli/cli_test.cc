#include "cli_test.h"

#include <signal.h>

#include <atomic>
#include <fstream>
#include <numeric>
#include <sstream>

#include "hookwire/schemas/json.h"

namespace hookwire::testing {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> host_arguments(const fs::path& config,
                                        const std::vector<std::string>& more) {
  std::vector<std::string> arguments{HOOKWIRE_BINARY, "host", "-c", config.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

RunningHost::RunningHost(const fs::path& config, const fs::path& messages,
                         const std::vector<std::string>& more)
    : process_(host_arguments(config, more), messages) {}

Value RunningHost::ask(const std::string& line) {
  process_.write_line(line);
  const std::optional<std::string> answer = process_.read_line(kDeadline);
  return answer ? parse_json(*answer) : Value();
}

bool RunningHost::init(int count) {
  for (int n = 0; n < count; ++n) {
    if (ask(R"({"method":"init_host"})").find("result") == nullptr) return false;
  }
  return true;
}

int RunningHost::finish() {
  process_.close_input();
  return process_.wait(kDeadline).value_or(-1);
}

void RunningHost::kill() {
  process_.signal(SIGKILL);
  EXPECT_EQ(process_.wait(kDeadline), 128 + SIGKILL) << "it was to be killed, not to end";
}

CliTest::CliTest() {
  // Writing to a program that was killed is an error to see, not the end of the test.
  ::signal(SIGPIPE, SIG_IGN);
}

std::string CliTest::read_file(const fs::path& path) const {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

fs::path CliTest::write_file(const std::string& name, const std::string& text) const {
  std::ofstream(in_folder(name), std::ios::binary) << text;
  return in_folder(name);
}

fs::path CliTest::write_config(const std::string& name, const std::string& more,
                               int max_share_size_gb) const {
  return write_file(name + ".conf",
                    "[DEFAULT]\nenabled_backends = " + name + "\nhost = nas01\n\n[" + name +
                        "]\ndriver = directory\ndirectory_root = " + name +
                        ".shares\nhook_drivers = hookwire:NotificationHook, "
                        "size=hookwire:ShareSizeHook\njournal_dir = " +
                        name + ".journal\nstream_endpoint = ipc://sockets/" + name +
                        (more.find("journal_segment_bytes") == std::string::npos
                             ? "\njournal_segment_bytes = 1M\n"
                             : "\n") +
                        more + "\n[" + name +
                        ":size]\nmax_share_size_gb = " + std::to_string(max_share_size_gb) + "\n");
}

void CliTest::edit_config(const std::string& name, const std::string& from,
                          const std::string& to) const {
  std::string text = read_file(in_folder(name + ".conf"));
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  write_file(name + ".conf", text.replace(at, from.size(), to));
}

std::unique_ptr<RunningHost> CliTest::start_host(const std::string& name) const {
  auto host =
      std::make_unique<RunningHost>(in_folder(name + ".conf"), in_folder(name + ".messages"));
  EXPECT_NE(host->ask(R"({"control":"hooks"})").find("hooks"), nullptr)
      << "the host of " << name << " does not answer: " << read_file(in_folder(name + ".messages"));
  return host;
}

std::unique_ptr<ChildProcess> CliTest::start(std::vector<std::string> arguments,
                                             const std::string& messages) const {
  arguments.insert(arguments.begin(), HOOKWIRE_BINARY);
  return std::make_unique<ChildProcess>(arguments, in_folder(messages));
}

std::unique_ptr<ChildProcess> CliTest::start_tail(const std::string& name,
                                                  const std::string& from) const {
  return start({"tail", "--connect", stream(name), "--from", from, "-o", "json"}, "tail.messages");
}

Ended CliTest::run(std::vector<std::string> arguments) const {
  const fs::path messages = in_folder("run.messages");
  fs::remove(messages);
  const std::unique_ptr<ChildProcess> program = start(std::move(arguments), "run.messages");
  program->close_input();
  Ended ended;
  ended.output = rest_of(*program);
  ended.code = program->wait(kDeadline).value_or(-1);
  ended.messages = read_file(messages);
  return ended;
}

std::vector<std::string> CliTest::rest_of(ChildProcess& program) {
  std::vector<std::string> lines;
  while (std::optional<std::string> line = program.read_line(kDeadline)) lines.push_back(*line);
  return lines;
}

std::vector<Value> CliTest::values_of(const std::vector<std::string>& lines) {
  std::vector<Value> values;
  for (const std::string& line : lines) values.push_back(parse_json(line));
  return values;
}

std::vector<std::uint64_t> CliTest::sequences_of(const std::vector<Value>& events) {
  std::vector<std::uint64_t> sequences;
  for (const Value& event : events) sequences.push_back(number_in(event, "seq"));
  return sequences;
}

std::vector<std::uint64_t> CliTest::range_of(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> sequences(last < first ? 0 : last - first + 1);
  std::iota(sequences.begin(), sequences.end(), first);
  return sequences;
}

std::vector<std::string> CliTest::journal_lines(const std::string& name) const {
  Ended ended = run({"journal", "cat", journal(name), "-o", "json"});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  return ended.output;
}

}  // namespace hookwire::testing

#include "exec_options.h"

#include <fnmatch.h>

#include <algorithm>

#include "hookwire/base/error.h"

#include "cgroup.h"
#include "program_file.h"

namespace hookwire {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxErrors = 4096;
constexpr std::array kPhases{HookPhase::pre, HookPhase::post, HookPhase::failure,
                             HookPhase::periodic};
// What a program may rely on. HOOKWIRE_... is ours.
constexpr std::array<std::string_view, 2> kEnvironment{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
constexpr std::string_view kReserved = "HOOKWIRE_";

std::string read_path(const Options& options) {
  std::string path = options.required_text("exec_program");
  if (!path.starts_with('/')) {
    options.fail("exec_program",
                 "found '" + path + "', expected an absolute path; no shell looks for it in PATH");
  }
  try {
    check_program(path);
  } catch (const Error& error) {
    options.fail("exec_program", error.what());
  }
  return path;
}

std::set<std::string, std::less<>> read_methods(const Options& options,
                                                std::span<const MethodDescriptor* const> known) {
  std::vector<std::string> patterns = options.list("exec_methods");
  if (patterns.empty()) patterns.emplace_back("*");
  std::set<std::string, std::less<>> chosen;
  for (const std::string& pattern : patterns) {
    bool matched = false;
    for (const MethodDescriptor* method : known) {
      const std::string name(method->name);
      if (::fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
      chosen.insert(name);
      matched = true;
    }
    if (matched) continue;
    std::string names;
    for (const MethodDescriptor* method : known) {
      names += (names.empty() ? "" : ", ") + std::string(method->name);
    }
    options.fail("exec_methods",
                 "found '" + pattern + "', which no method matches; there are: " + names);
  }
  return chosen;
}

std::array<bool, 4> read_phases(const Options& options) {
  constexpr char kExpected[] = "expected some of pre, post, failure, periodic";
  std::array<bool, 4> phases{};
  const std::vector<std::string> words = options.list("exec_phases");
  if (words.empty()) {
    options.fail("exec_phases", std::string("is not set, and has no default, since each phase of "
                                            "each call costs a process; ") +
                                    kExpected);
  }
  for (const std::string& word : words) {
    const auto* phase = std::find_if(kPhases.begin(), kPhases.end(),
                                     [&](HookPhase each) { return to_string(each) == word; });
    if (phase == kPhases.end()) {
      options.fail("exec_phases", "found '" + word + "', " + kExpected);
    }
    phases[static_cast<std::size_t>(*phase)] = true;
  }
  return phases;
}

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && name.find_first_not_of(kLetters) == std::string_view::npos &&
         (name.front() < '0' || name.front() > '9');
}

std::vector<std::string> read_environment(const Options& options) {
  std::vector<std::string> all;
  std::set<std::string> names;
  std::size_t number = 0;
  for (const std::string& item : options.list("exec_environment")) {
    ++number;
    const std::string name = item.substr(0, item.find('='));
    if (name.size() == item.size() || !is_variable_name(name)) {
      // What stands there may be the rest of a secret.
      options.fail("exec_environment", "entry " + std::to_string(number) +
                                           " is not NAME=VALUE; a value cannot hold a comma");
    }
    if (name.starts_with(kReserved)) {
      options.fail("exec_environment",
                   name + " cannot be set: Hookwire gives the names that begin so");
    }
    if (!names.insert(name).second) options.fail("exec_environment", name + " stands twice");
    all.push_back(item);
  }
  for (std::string_view entry : kEnvironment) {
    if (!names.contains(std::string(entry.substr(0, entry.find('='))))) all.emplace_back(entry);
  }
  return all;
}

std::string read_cgroup(const Options& options) {
  const auto folder = options.path("exec_cgroup");
  if (!folder) return {};
  const std::string why = why_no_cgroup(folder->string());
  if (!why.empty()) options.fail("exec_cgroup", why);
  return folder->string();
}

}  // namespace

ExecOptions ExecOptions::read(const Options& options,
                              std::span<const MethodDescriptor* const> known) {
  ExecOptions read;
  read.program.path = read_path(options);
  read.program.arguments = options.list("exec_arguments");
  read.program.max_output = options.bytes("exec_max_output", 64 * 1024, 1024, 16 * 1024 * 1024);
  read.program.max_errors = kMaxErrors;
  read.environment = read_environment(options);
  read.methods = read_methods(options, known);
  read.phases = read_phases(options);
  read.deadline = options.duration("exec_deadline", seconds(5), milliseconds(10), hours(1));
  read.max_processes = static_cast<std::size_t>(options.integer("exec_max_processes", 16, 1, 1024));
  read.cgroup = read_cgroup(options);
  return read;
}

}  // namespace hookwire

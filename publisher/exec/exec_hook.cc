#include "hookwire/exec/exec_hook.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "hookwire/publisher/call_value.h"
#include "hookwire/schemas/json.h"
#include "hookwire/schemas/utf8.h"

#include "cgroup.h"
#include "exec_options.h"
#include "program_run.h"
#include "program_slots.h"

namespace hookwire {

namespace {

constexpr int kVetoStatus = 1;
// How long the last killed processes of a hook may take to leave its cgroups.
constexpr std::chrono::milliseconds kRemovePatience(100);
// Of an event's JSON: many times what an event in the journal can be.
constexpr std::size_t kMaxInputBytes = 16 * 1024 * 1024;

// What a program wrote to its standard error, as one line: it goes into exceptions, logs, events.
std::string in_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }, ' ');
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  // It may be cut within a character.
  while (!text.empty() && !is_utf8(text) && is_utf8(cut_utf8(text, text.size() - 1))) {
    text = cut_utf8(text, text.size() - 1);
  }
  if (is_utf8(text)) return text;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7f; }, '?');
  return text;
}

std::string in_milliseconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

// Tells apart the instances that follow each other under one name when a configuration is reloaded.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> next{0};
  return next++;
}

class ExecHook final : public Hook {
 public:
  ExecHook(const HookSetup& setup, std::span<const MethodDescriptor* const> methods)
      : name_(setup.name),
        publisher_(setup.publisher),
        options_(ExecOptions::read(setup.options, methods)),
        descriptors_only_({}, periodic_secrets(methods)),
        slots_(options_.max_processes) {}

  ~ExecHook() override {
    if (options_.cgroup.empty()) return;
    const Deadline patience = std::chrono::steady_clock::now() + kRemovePatience;
    for (std::size_t slot = 0; slot < options_.max_processes; ++slot) {
      remove_cgroup(cgroup_of(slot), patience);
    }
  }

  HookData pre(const Call& call) override {
    if (!options_.chooses(HookPhase::pre, call.method())) return nullptr;
    ProgramEnd run = run_for(HookPhase::pre, call, nullptr, nullptr);
    if (run.end && run.end->known && !run.end->signalled && run.end->number == kVetoStatus) {
      const std::string reason = in_one_line(std::move(run.errors));
      throw ProgramVeto(reason.empty() ? options_.program.path + " refused the call" : reason);
    }
    check(run);
    return nullptr;
  }

  void post(const Call& call, Outcome& outcome, HookData& /*data*/) override {
    if (!options_.chooses(HookPhase::post, call.method())) return;
    const ProgramEnd run = run_for(HookPhase::post, call, &outcome, nullptr);
    check(run);
    if (run.output.find_first_not_of(" \t\r\n") == std::string::npos) return;
    try {
      replace_result(call, outcome, run.output);
    } catch (const Error& error) {
      throw ProgramError(ErrorCode::bad_input, options_.program.path + ", standard output: " +
                                                   error.what() + "; the result stays as it was");
    }
  }

  void failure(const Call& call, const Failure& failure, HookData& /*data*/) override {
    if (!options_.chooses(HookPhase::failure, call.method())) return;
    check(run_for(HookPhase::failure, call, nullptr, &failure));
  }

  void periodic(const PeriodicData& data) override {
    if (!options_.chooses(HookPhase::periodic)) return;
    const Redaction& redaction = data.redaction == nullptr ? descriptors_only_ : *data.redaction;
    check(
        run(HookPhase::periodic, "", [&] { return periodic_value(publisher_, data, redaction); }));
  }

  bool concerns(const Call& call) const noexcept override {
    return options_.chooses(HookPhase::pre, call.method()) ||
           options_.chooses(HookPhase::post, call.method()) ||
           options_.chooses(HookPhase::failure, call.method());
  }

  bool wants_durations() const noexcept override {
    return options_.chooses(HookPhase::post) || options_.chooses(HookPhase::failure);
  }

 private:
  ProgramEnd run_for(HookPhase phase, const Call& call, const Outcome* outcome,
                     const Failure* failure) {
    return run(phase, call.method(),
               [&] { return call_value(publisher_, phase, call, outcome, failure); });
  }

  template <class MakeEvent>
  ProgramEnd run(HookPhase phase, std::string_view method, MakeEvent&& make_event) {
    const Deadline deadline = std::chrono::steady_clock::now() + options_.deadline;
    auto slot = slots_.acquire(deadline);
    if (!slot) {
      throw ProgramError(ErrorCode::busy, options_.program.path + " was not run: within " +
                                              in_milliseconds(options_.deadline) + " none of its " +
                                              std::to_string(options_.max_processes) +
                                              " processes ended (exec_max_processes)");
    }
    const std::string input = to_json(make_event()) + '\n';
    if (input.size() > kMaxInputBytes) {
      throw ProgramError(ErrorCode::bad_input,
                         options_.program.path + " was not run: the event has " +
                             std::to_string(input.size()) + " bytes, at most 16 MiB are given");
    }
    std::vector<std::string> environment = options_.environment;
    environment.push_back("HOOKWIRE_HOOK=" + name_);
    environment.push_back("HOOKWIRE_PHASE=" + std::string(to_string(phase)));
    environment.push_back("HOOKWIRE_METHOD=" + std::string(method));
    environment.push_back("HOOKWIRE_PROGRAM=" + options_.program.path);
    ProgramEnd run = start(environment, input, cgroup_of(slot->number()), deadline);
    if (run.leftover) slot->leave_to(*std::move(run.leftover));
    return run;
  }

  ProgramEnd start(const std::vector<std::string>& environment, const std::string& input,
                   const std::string& cgroup, Deadline deadline) const {
    try {
      return run_program(options_.program, environment, input, cgroup, deadline);
    } catch (const Error& error) {
      throw ProgramError(error.code(), error.what());
    }
  }

  // One a slot, used again and again; another hook's and another instance's never.
  std::string cgroup_of(std::size_t slot) const {
    if (options_.cgroup.empty()) return {};
    return options_.cgroup + "/hookwire-" + std::to_string(::getpid()) + "-" +
           std::to_string(number_) + "-" + std::to_string(slot);
  }

  // Throws when the program did not end with status 0.
  void check(const ProgramEnd& run) const {
    std::string what;
    ErrorCode code = ErrorCode::bad_input;
    if (run.flooded) {
      what = " wrote more than " + std::to_string(options_.program.max_output) +
             " bytes to its standard output (exec_max_output) and was killed";
    } else if (run.timed_out || !run.end) {
      code = ErrorCode::timed_out;
      what = " took longer than " + in_milliseconds(options_.deadline) +
             " (exec_deadline) and was killed";
    } else if (!run.end->known) {
      code = ErrorCode::io;
      what =
          " ended, but how is unknown: another part of this process waits for every child, or "
          "ignores SIGCHLD, which must not be";
    } else if (run.end->signalled) {
      what = " was ended by signal " + std::to_string(run.end->number);
    } else if (run.end->number != 0) {
      what = " ended with status " + std::to_string(run.end->number);
    } else {
      return;
    }
    const std::string said = in_one_line(run.errors);
    throw ProgramError(code,
                       options_.program.path + what + (said.empty() ? "" : "; it said: ") + said);
  }

  // {"result": ...}
  void replace_result(const Call& call, Outcome& outcome, const std::string& output) const {
    const Value answer = parse_json(output, options_.program.max_output);
    if (answer.map() == nullptr || answer.map()->size() != 1 || answer.find("result") == nullptr) {
      throw Error(ErrorCode::bad_input,
                  R"(expected nothing, or an object {"result": ...} for another result)");
    }
    if (!shows_whole_result(call, outcome)) {
      throw Error(ErrorCode::bad_input,
                  "a result that is a secret, or holds one, cannot be "
                  "replaced by a program, which does not see it");
    }
    outcome.replace_from(*answer.find("result"));
  }

  const std::string name_;
  const std::uint64_t number_ = next_number();
  const std::string publisher_;
  const ExecOptions options_;
  const Redaction descriptors_only_;
  ProgramSlots slots_;
};

}  // namespace

HookFactory exec_hook_factory(std::span<const MethodDescriptor* const> methods) {
  return [methods](const HookSetup& setup) { return std::make_shared<ExecHook>(setup, methods); };
}

}  // namespace hookwire

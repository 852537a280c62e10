#include <algorithm>
#include <utility>

#include "hookwire/base/type_name.h"
#include "hookwire/hooks/hook_registry.h"

#include "hook_breaker.h"
#include "on_error.h"

namespace hookwire {

namespace {

constexpr std::string_view kHookDrivers = "hook_drivers";

// `options` reads the instance's group, then the backend's.
HookSwitches read_switches(const Options& options, const std::string& own,
                           const std::string& backend) {
  constexpr std::chrono::milliseconds kLeastInterval{1};
  constexpr std::chrono::hours kMostInterval{24 * 366};
  HookSwitches switches;
  switches.pre = options.boolean("enable_pre_hooks", switches.pre);
  switches.post = options.boolean("enable_post_hooks", switches.post);
  switches.periodic = options.boolean("enable_periodic_hooks", switches.periodic);
  read_on_error(options.with_groups({own}), options.with_groups({backend}), switches);
  switches.periodic_interval = options.duration(
      "periodic_hooks_interval", switches.periodic_interval, kLeastInterval, kMostInterval);
  constexpr std::chrono::hours kMostBudget{1};
  constexpr std::chrono::milliseconds kLeastPause{100};
  constexpr std::chrono::hours kMostPause{24};
  switches.time_budget = options.duration("time_budget", switches.time_budget,
                                          std::chrono::nanoseconds(0), kMostBudget);
  switches.breaker_failures = static_cast<std::uint32_t>(
      options.integer("breaker_failures", switches.breaker_failures, 0, HookBreaker::kMaxFailures));
  switches.breaker_pause =
      options.duration("breaker_pause", switches.breaker_pause, kLeastPause, kMostPause);
  return switches;
}

std::vector<HookReference> read_references(const Options& options) {
  std::vector<HookReference> references;
  for (const std::string& item : options.list(kHookDrivers)) {
    try {
      references.push_back(HookReference::parse(item));
    } catch (const Error& error) {
      options.fail(kHookDrivers, error.what());
    }
    HookReference& added = references.back();
    if (!added.library.empty()) added.library = options.resolve(added.library).string();
    const auto same =
        std::find_if(references.begin(), references.end() - 1,
                     [&](const HookReference& earlier) { return earlier.name == added.name; });
    if (same != references.end() - 1) {
      options.fail(kHookDrivers, "two hooks are called '" + added.name +
                                     "': give one a name of its own, as in other=" + item);
    }
  }
  if (references.size() > kMaxHooks) {
    options.fail(kHookDrivers, "lists " + std::to_string(references.size()) + " hooks, expected " +
                                   std::to_string(kMaxHooks) + " at most");
  }
  return references;
}

// A group for an instance that does not exist is a slip of the pen that would switch nothing.
void check_groups(const Options& options, const std::string& backend,
                  const std::vector<HookReference>& references) {
  for (const ConfigGroup& group : options.file().groups()) {
    if (!group.name.starts_with(backend + ":")) continue;
    const std::string name = group.name.substr(backend.size() + 1);
    std::string names;
    for (const HookReference& each : references) {
      names += (names.empty() ? "" : ", ") + each.name;
    }
    const bool listed =
        std::any_of(references.begin(), references.end(),
                    [&](const HookReference& reference) { return reference.name == name; });
    if (listed) continue;
    throw Error(ErrorCode::configuration, options.file().path().string() + ":" +
                                              std::to_string(group.line) + ": [" + group.name +
                                              "]: " + std::string(kHookDrivers) + " of [" +
                                              backend + "] has no hook called '" + name +
                                              "'; there are: " + (names.empty() ? "none" : names));
  }
}

}  // namespace

std::vector<HookInstance> HookRegistry::make_chain(const Options& options,
                                                   const std::string& backend,
                                                   const std::string& publisher, const Clock& clock,
                                                   Log& log) const {
  const Options backend_options = options.with_groups({backend});
  const std::vector<HookReference> references = read_references(backend_options);
  check_groups(options, backend, references);
  std::vector<HookInstance> chain;
  for (const HookReference& reference : references) {
    const std::string group = backend + ":" + reference.name;
    const Options own = options.with_groups({group, backend});
    const HookSwitches switches = read_switches(own, group, backend);
    const HookSetup setup{reference.name, publisher, own, clock, log};
    std::shared_ptr<Hook> hook;
    try {
      hook = make(reference, setup);
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with(options.file().path().string() + ":")) throw;
      backend_options.fail(kHookDrivers, error.what());
    } catch (...) {
      const std::exception_ptr raised = std::current_exception();
      if (!raised) throw;  // the thread is being cancelled
      const ErrorText text = describe_exception(raised);
      backend_options.fail(kHookDrivers, "hook '" + reference.name + "' could not be made: " +
                                             text.type + ": " + text.message);
    }
    const std::string where = reference.library.empty() ? std::string() : reference.library + ":";
    chain.push_back({reference.name, where + reference.class_name, std::move(hook), switches});
  }
  return chain;
}

}  // namespace hookwire

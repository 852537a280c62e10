#include <utility>

#include "hookwire/exec/exec_hook.h"
#include "hookwire/hooks/options.h"
#include "hookwire/host/backend.h"
#include "hookwire/share/share_size_hook.h"

namespace hookwire {

namespace {

constexpr char kNotificationHook[] = "hookwire:NotificationHook";

constexpr auto kMethods = method_descriptors<ShareDriver>();

// Every group that belongs to the backend and so must hold no option that nobody reads.
std::vector<std::string> groups_of(const ConfigFile& file, const std::string& backend) {
  std::vector<std::string> groups{"DEFAULT", backend};
  for (const ConfigGroup& group : file.groups()) {
    if (group.name.starts_with(backend + ":")) groups.push_back(group.name);
  }
  return groups;
}

std::string only_backend(const ConfigFile& file) {
  const std::vector<std::string> backends = enabled_backends(file);
  if (backends.size() == 1) return backends.front();
  std::string names;
  for (const std::string& name : backends) names += (names.empty() ? "" : ", ") + name;
  throw Error(ErrorCode::configuration, file.path().string() + ": several backends are enabled (" +
                                            names + "): choose one with --backend NAME");
}

std::string time_text(std::chrono::nanoseconds time) {
  constexpr std::pair<std::int64_t, const char*> kUnits[]{
      {1'000'000'000, " s"}, {1'000'000, " ms"}, {1'000, " us"}};
  for (const auto& [unit_ns, name] : kUnits) {
    if (time.count() % unit_ns == 0) return std::to_string(time.count() / unit_ns) + name;
  }
  return std::to_string(time.count()) + " ns";
}

// What a hook may take, and what becomes of one that fails or takes longer, again and again. The
// notification hook, which is not made yet, must see every call.
std::string limits_text(const HookInstance& instance) {
  const HookSwitches& switches = instance.switches;
  std::string text;
  if (switches.time_budget.count() > 0) {
    text = "; time budget " + time_text(switches.time_budget);
  }
  const bool skippable = instance.hook != nullptr && instance.hook->may_be_suppressed() &&
                         instance.hook->may_be_skipped() && switches.all_errors_suppressed();
  if (!skippable) return text + "; never skipped";
  if (switches.breaker_failures == 0) return text + "; no breaker";
  return text + "; skipped for " + time_text(switches.breaker_pause) + " after " +
         std::to_string(switches.breaker_failures) + " failures or overruns in a row";
}

// An endpoint, and who can connect.
std::string place_text(const EndpointOptions& place) {
  if (place.endpoint.starts_with("ipc:")) {
    return place.endpoint + " to this user" +
           (place.group.empty() ? "" : " and group " + place.group) + " only";
  }
  return place.endpoint + (place.insecure_transport ? ", unencrypted, to whoever reaches it"
                                                    : " to every user of this machine");
}

}  // namespace

std::vector<std::string> enabled_backends(const ConfigFile& file) {
  const Options defaults(file, {"DEFAULT"});
  std::vector<std::string> backends = defaults.list("enabled_backends");
  if (backends.empty()) {
    throw Error(ErrorCode::configuration, file.path().string() +
                                              ": [DEFAULT] enabled_backends is missing: name the "
                                              "groups of the backends, for example gold");
  }
  for (const std::string& backend : backends) {
    if (file.find(backend) == nullptr) {
      defaults.fail("enabled_backends", "there is no group [" + backend + "]");
    }
  }
  return backends;
}

BackendPlan BackendPlan::read(const ConfigFile& file, std::string backend, const Clock& clock,
                              Log& log) {
  if (backend.empty()) backend = only_backend(file);
  if (file.find(backend) == nullptr) {
    throw Error(ErrorCode::configuration,
                file.path().string() + ": there is no group [" + backend + "]");
  }
  const Options defaults(file, {"DEFAULT"});
  const Options options = defaults.with_groups({backend});
  static_cast<void>(defaults.list("enabled_backends"));

  BackendPlan plan;
  plan.backend = backend;
  plan.host = defaults.required_text("host");
  plan.publisher = plan.host + "@" + backend;
  plan.driver = options.choice("driver", "directory", {"directory"});
  static_cast<void>(options.required_text("directory_root"));
  plan.directory_root = *options.path("directory_root");

  // The notification hook needs an open journal: its place in the chain is kept, and it is made
  // when the backend opens.
  HookRegistry registry = HookRegistry::with_built_in_hooks();
  constexpr static auto kMethods = method_descriptors<ShareDriver>();
  registry.add("hookwire:ExecHook", exec_hook_factory(kMethods));
  registry.add("hookwire:ShareSizeHook", make_share_size_hook);
  registry.add(kNotificationHook, [&](const HookSetup& setup) -> std::shared_ptr<Hook> {
    if (plan.publishing) {
      options.fail("hook_drivers", std::string(kNotificationHook) +
                                       " is listed twice; one publishes every event once");
    }
    plan.publishing = PublisherOptions::read(setup.options, plan.publisher, kMethods);
    return nullptr;
  });
  plan.hooks = registry.make_chain(options, backend, plan.publisher, clock, log);
  if (!plan.publishing) plan.redact = read_redact(options, kMethods);
  constexpr std::chrono::hours kMostBudget{1};
  plan.call_time_budget = options.duration("call_time_budget", plan.call_time_budget,
                                           std::chrono::nanoseconds(0), kMostBudget);
  options.check_unknown(groups_of(file, backend));
  return plan;
}

std::string BackendPlan::summary() const {
  if (!publishing) {
    return publisher + " publishes nothing: hook_drivers does not list " + kNotificationHook;
  }
  const std::string what =
      publishing->policy.empty()
          ? "every call of driver '" + driver + "', with arguments and results, "
          : "calls of driver '" + driver + "' by the policy (" + to_text(publishing->policy) + ") ";
  std::string text = publisher + " publishes " + what + "to the journal " +
                     publishing->journal.folder.string() +
                     (publishing->journal.sync == JournalSync::disk
                          ? " (sync disk: survives the machine"
                          : " (sync os: survives the process, not the machine") +
                     "; while it takes none, calls " +
                     (publishing->on_journal_error == OnJournalError::fail_closed
                          ? "are refused: fail_closed)"
                          : "go on unrecorded: fail_open)") +
                     ", secrets as digests by the key " + publishing->key_file().string() + ",";
  const EndpointOptions& stream = publishing->stream;
  const EndpointOptions& live = publishing->live;
  if (stream.endpoint.empty() && live.endpoint.empty()) return text + " and serves it to nobody";
  text += " and";
  if (!stream.endpoint.empty()) text += " serves it at " + place_text(stream);
  if (live.endpoint.empty()) return text;
  if (!stream.endpoint.empty()) text += ", and";
  return text + " sends it live at " + place_text(live);
}

std::vector<std::string> BackendPlan::lines() const {
  const auto word = [](bool on) { return on ? std::string("on") : std::string("off"); };
  std::vector<std::string> lines{summary()};
  for (const HookInstance& instance : hooks) {
    const HookSwitches& switches = instance.switches;
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(switches.periodic_interval).count();
    std::string errors = switches.suppress_pre_errors ? "suppressed in pre" : "refuse the call";
    errors += switches.suppress_post_errors ? ", suppressed in post" : ", reported after post";
    if (instance.class_name == kNotificationHook) {
      errors = publishing->on_journal_error == OnJournalError::fail_closed
                   ? "refuse the call, reported after post; never suppressed"
                   : "are told later: calls go on unrecorded";
    }
    lines.push_back("hook " + instance.name + " (" + instance.class_name + "): pre " +
                    word(switches.pre) + ", post " + word(switches.post) + ", periodic " +
                    word(switches.periodic) + " every " + std::to_string(seconds) +
                    " s; its errors " + errors + limits_text(instance));
  }
  if (call_time_budget.count() > 0) {
    lines.push_back("the hooks of a call have " + time_text(call_time_budget) +
                    "; after that, those that may be skipped are");
  }
  return lines;
}

}  // namespace hookwire

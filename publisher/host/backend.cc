#include "hookwire/host/backend.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "hookwire/base/type_name.h"
#include "hookwire/publisher/report.h"
#include "hookwire/share/directory_driver.h"

#include "parent_folders.h"

namespace hookwire {

namespace {

std::unique_ptr<ShareDriver> open_driver(FileSystem& file_system, Log& log,
                                         const BackendPlan& plan) {
  make_parent_folders(file_system, plan.directory_root);
  return make_directory_driver(
      {.root = plan.directory_root, .host = plan.host, .backend_name = plan.backend}, log);
}

std::unique_ptr<Publisher> open_publisher(FileSystem& file_system, const Clock& clock, Log& log,
                                          const BackendPlan& plan) {
  if (!plan.publishing) return nullptr;
  make_parent_folders(file_system, plan.publishing->journal.folder);
  make_parent_folders(file_system, plan.publishing->key_file());
  for (const EndpointOptions* place : {&plan.publishing->stream, &plan.publishing->live}) {
    const std::string& endpoint = place->endpoint;
    if (!endpoint.starts_with("ipc://")) continue;
    // The socket's own folder is for whoever binds there to make, with the mode that it wants.
    make_parent_folders(file_system, std::filesystem::path(endpoint.substr(6)).parent_path());
  }
  constexpr static auto kMethods = method_descriptors<ShareDriver>();
  return std::make_unique<Publisher>(file_system, clock, log, *plan.publishing, kMethods);
}

// What a running backend cannot take over from a new plan; empty when there is nothing.
std::string fixed_difference(const BackendPlan& now, const BackendPlan& then) {
  if (now.driver != then.driver) return "driver";
  if (now.directory_root != then.directory_root) return "directory_root";
  if (now.publisher != then.publisher) return "host";
  if (now.publishing.has_value() != then.publishing.has_value()) {
    return "whether hookwire:NotificationHook is listed";
  }
  if (!now.publishing) return "";
  const PublisherOptions& a = *now.publishing;
  const PublisherOptions& b = *then.publishing;
  if (a.journal.folder != b.journal.folder) return "journal_dir";
  if (a.journal.sync != b.journal.sync) return "journal_sync";
  if (a.journal.sync_interval != b.journal.sync_interval) return "journal_sync_interval";
  if (a.on_journal_error != b.on_journal_error) return "on_journal_error";
  if (a.journal.segment_bytes != b.journal.segment_bytes) return "journal_segment_bytes";
  if (a.journal.append_wait != b.journal.append_wait) return "append_wait";
  const JournalRetention& was = a.journal.retention;
  const JournalRetention& will = b.journal.retention;
  if (was.bytes != will.bytes) return "journal_retain_size";
  if (was.age != will.age) return "journal_retain_age";
  if (was.most_bytes != will.most_bytes) return "journal_max_size";
  if (was.low_space_bytes != will.low_space_bytes) return "journal_low_space";
  if (a.retain_for != b.retain_for) return "retain_for";
  if (a.key_file() != b.key_file()) return "secret_key_file";
  if (a.stream.endpoint != b.stream.endpoint) return "stream_endpoint";
  if (a.live.endpoint != b.live.endpoint) return "live_endpoint";
  if (a.stream.group != b.stream.group) return "endpoint_group";
  if (a.stream.insecure_transport != b.stream.insecure_transport) return "insecure_transport";
  return "";
}

// Tells subscribers which hooks are skipped, and which run again.
class BreakerEvents final : public BreakerListener {
 public:
  explicit BreakerEvents(Publisher& publisher) noexcept : publisher_(publisher) {}

  void breaker_opened(const BreakerChange& change) override { tell("breaker_opened", change); }
  void breaker_closed(const BreakerChange& change) override { tell("breaker_closed", change); }

 private:
  void tell(std::string_view what, const BreakerChange& change) {
    publisher_.tell(what, Value::Map{{"hook", change.hook},
                                     {"phase", to_string(change.phase)},
                                     {"failures", change.failures},
                                     {"pause_ns", change.pause.count()}});
  }

  Publisher& publisher_;
};

}  // namespace

// Members are destroyed from the last to the first: hooks before the publisher they publish with.
class Backend::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, Log& log, BackendPlan plan)
      : plan_(std::move(plan)),
        driver_(open_driver(file_system, log, plan_)),
        publisher_(open_publisher(file_system, clock, log, plan_)),
        notification_(publisher_ ? publisher_->make_notification_hook() : nullptr),
        redaction_(make_redaction(plan_)),
        chain_(clock, log),
        hooked_(*driver_, chain_),
        periodic_(
            chain_, [this](const auto& use) { ask_driver(use); }, log) {
    if (publisher_) chain_.tell_breakers(breaker_events_.emplace(*publisher_));
    chain_.replace(complete(plan_.hooks), plan_.call_time_budget, redaction_);
    if (publisher_) publisher_->show(&chain_);
    log.info(plan_.summary());
  }

  ~Impl() {
    if (publisher_) publisher_->show(nullptr);
  }

  void start() {
    if (publisher_) publisher_->start();
    periodic_.start();
    started_ = true;
  }
  bool started() const noexcept { return started_; }

  void stop(std::chrono::nanoseconds grace) {
    periodic_.stop();
    if (publisher_) publisher_->stop(grace);
  }

  void reload(BackendPlan plan) {
    if (const std::string difference = fixed_difference(plan_, plan); !difference.empty()) {
      throw Error(ErrorCode::configuration,
                  "[" + plan.backend + "] changes " + difference +
                      ", which only a restart can: nothing was taken over");
    }
    // What is published and what is secret may change: calls in flight end with the hook and the
    // secrets that they began with.
    std::shared_ptr<Hook> notification = notification_;
    if (publisher_ && (plan.publishing->policy != plan_.publishing->policy ||
                       plan.publishing->redact != plan_.publishing->redact)) {
      notification =
          publisher_->make_notification_hook(plan.publishing->policy, plan.publishing->redact);
    }
    std::shared_ptr<const Redaction> redaction = make_redaction(plan);
    std::swap(notification_, notification);
    try {
      chain_.replace(complete(plan.hooks), plan.call_time_budget, redaction);
    } catch (...) {
      notification_ = std::move(notification);
      throw;
    }
    {
      const std::lock_guard lock(redaction_mutex_);
      redaction_ = std::move(redaction);
    }
    plan_ = std::move(plan);
    if (!publisher_) return;
    Value::List hooks;
    for (const HookInstance& instance : plan_.hooks) hooks.emplace_back(instance.name);
    publisher_->tell("reload", Value::Map{{"hooks", std::move(hooks)}});
  }

  Hooked<ShareDriver> driver() { return hooked_; }
  HookChain& chain() { return chain_; }
  PeriodicRunner& periodic() { return periodic_; }

  StatusReport report() const {
    if (publisher_) return publisher_->report();
    StatusReport report{.publisher = plan_.publisher, .version = HOOKWIRE_VERSION, .running = true};
    report_hooks(chain_, report);
    return report;
  }

 private:
  // Puts the notification hook into the place that the plan kept for it.
  std::vector<HookInstance> complete(std::vector<HookInstance> hooks) const {
    for (HookInstance& instance : hooks) {
      if (instance.hook == nullptr) instance.hook = notification_;
    }
    return hooks;
  }

  std::shared_ptr<const Redaction> make_redaction(const BackendPlan& plan) const {
    if (publisher_) return publisher_->redaction(plan.publishing->redact);
    return std::make_shared<const Redaction>(plan.redact, periodic_descriptor().secrets);
  }

  static const MethodDescriptor& periodic_descriptor() {
    return method_descriptor<ShareDriver, &ShareDriver::get_periodic_hook_data>();
  }

  void ask_driver(const std::function<void(ValueRef)>& use) {
    std::vector<ShareInstance> shares;
    std::vector<ShareInstance> data;
    bool shares_known = false;
    try {
      shares = driver_->share_instances();
      shares_known = true;
      data = driver_->get_periodic_hook_data(shares);
    } catch (...) {
      // The runner logs what is thrown: without the secrets of the shares, where they are known.
      const std::exception_ptr error = std::current_exception();
      if (!error) throw;  // the thread is being cancelled
      throw_redacted(error, shares_known ? std::optional(ValueRef::to(shares)) : std::nullopt);
    }
    use(ValueRef::to(data));
  }

  [[noreturn]] void throw_redacted(const std::exception_ptr& error,
                                   const std::optional<ValueRef>& shares) const {
    std::shared_ptr<const Redaction> redaction;
    {
      const std::lock_guard lock(redaction_mutex_);
      redaction = redaction_;
    }
    const ErrorText text = describe_exception(error);
    throw Error(ErrorCode::io, text.type + ": " +
                                   (shares ? redaction->periodic_text(*shares, text.message)
                                           : std::string(kSecretText)));
  }

  BackendPlan plan_;
  std::unique_ptr<ShareDriver> driver_;
  std::unique_ptr<Publisher> publisher_;
  std::shared_ptr<Hook> notification_;
  mutable std::mutex redaction_mutex_;  // of redaction_, which the runner's thread reads
  std::shared_ptr<const Redaction> redaction_;
  std::optional<BreakerEvents> breaker_events_;
  HookChain chain_;
  Hooked<ShareDriver> hooked_;
  PeriodicRunner periodic_;
  std::atomic<bool> started_{false};
};

Backend::Backend(FileSystem& file_system, const Clock& clock, Log& log, BackendPlan plan)
    : impl_(std::make_unique<Impl>(file_system, clock, log, std::move(plan))) {}

Backend::~Backend() = default;

void Backend::start() {
  impl_->start();
}
bool Backend::started() const noexcept {
  return impl_->started();
}
void Backend::stop(std::chrono::nanoseconds grace) {
  impl_->stop(grace);
}
void Backend::reload(BackendPlan plan) {
  impl_->reload(std::move(plan));
}
Hooked<ShareDriver> Backend::driver() {
  return impl_->driver();
}
HookChain& Backend::chain() {
  return impl_->chain();
}
StatusReport Backend::report() const {
  return impl_->report();
}
PeriodicRunner& Backend::periodic() {
  return impl_->periodic();
}

}  // namespace hookwire

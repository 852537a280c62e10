#include "hookwire/publisher/publisher.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <optional>
#include <utility>

#include "hookwire/base/doorbell.h"
#include "hookwire/base/error.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/publisher/call_value.h"
#include "hookwire/publisher/report.h"

#include "event_encoder.h"
#include "event_journal.h"
#include "history_needs.h"
#include "journal_notices.h"
#include "notification_hook.h"
#include "open_calls_keeper.h"
#include "open_calls_recovery.h"
#include "report_parts.h"
#include "secret_digest.h"
#include "secret_key_file.h"

namespace hookwire {

namespace {

// 16 hex digits that no other start, here or elsewhere, is likely to draw.
std::string random_prefix() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != sizeof bits) throw IoError(errno, "draw a call id");
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(bits));
  return text.data();
}

// The kernel's name for this run of the machine, to tell a restart from a reboot.
std::string read_boot_id(FileSystem& file_system) {
  std::array<char, 36> text{};
  const std::size_t count = file_system.open("/proc/sys/kernel/random/boot_id", OpenMode::read)
                                ->read_at(0, std::as_writable_bytes(std::span(text)));
  return {text.data(), count};
}

bool has_secrets(std::span<const MethodDescriptor* const> methods) {
  return std::any_of(methods.begin(), methods.end(),
                     [](const MethodDescriptor* method) { return method->secrets.size() > 0; });
}

Value gap_value(const JournalGap& gap) {
  return Value::Map{
      {"epoch", gap.epoch}, {"first", gap.first}, {"last", gap.last}, {"reason", gap.reason}};
}

}  // namespace

// Members are destroyed from the last to the first: the relay and the keeper, whose thread tells
// the notices too, before those and the journal.
class Publisher::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, Log& log, PublisherOptions options,
       std::span<const MethodDescriptor* const> methods)
      : file_system_(file_system),
        log_(log),
        options_(std::move(options)),
        methods_(methods.begin(), methods.end()),
        encoder_(options_.publisher, {}),
        journal_(file_system, clock, journal_options(),
                 options_.stream.endpoint.empty() ? nullptr : &doorbell_),
        events_(journal_, clock, log, encoder_, options_.on_journal_error),
        notices_(journal_, options_.journal.retention.low_space_bytes, events_, log) {
    if (has_secrets(methods_) || !options_.redact.empty()) {
      mark_ =
          std::make_shared<const SecretDigest>(load_secret_key(file_system, options_.key_file()));
    }
    // Before anything is told: who cannot have the endpoint writes no events.
    if (!options_.stream.endpoint.empty()) {
      relay_.emplace(
          file_system, clock, log,
          RelayOptions{.publisher = options_.publisher,
                       .journal_folder = options_.journal.folder,
                       .stream = options_.stream,
                       .limits = options_.limits,
                       .retained = {options_.retain_for, options_.journal.retention.bytes},
                       .describe = [this](StatusReport& report) { describe(report); }},
          &doorbell_);
    }
    if (!options_.live.endpoint.empty()) {
      live_.emplace(file_system, clock, log,
                    LiveOptions{.publisher = options_.publisher,
                                .journal_folder = options_.journal.folder,
                                .live = options_.live});
    }
    recover();
  }

  std::shared_ptr<Hook> make_notification_hook(PublishPolicy policy,
                                               std::vector<std::string> redact) {
    return std::make_shared<NotificationHook>(
        std::make_shared<const EventEncoder>(options_.publisher, methods_, std::move(policy),
                                             redaction(std::move(redact))),
        events_, random_prefix());
  }

  std::shared_ptr<const Redaction> redaction(std::vector<std::string> redact) const {
    return std::make_shared<const Redaction>(std::move(redact), periodic_secrets(methods_), mark_);
  }

  const PublisherOptions& options() const noexcept { return options_; }

  void tell(std::string_view what, const Value& data) { events_.tell(what, data); }

  void start() {
    const std::lock_guard lock(control_mutex_);
    if (stopped_) throw Error(ErrorCode::closed, options_.publisher + " was stopped");
    if (relay_) relay_->start();
    if (live_) live_->start();
    keeper_->start([this] {
      events_.probe();
      notices_.tell();
    });
  }

  void stop(std::chrono::nanoseconds grace) {
    const std::lock_guard lock(control_mutex_);
    if (std::exchange(stopped_, true)) return;
    tell("stop", Value::Map{{"pid", ::getpid()}});
    keeper_->finish();
    if (live_) live_->begin_stop();  // beside the relay, which does not wait for it
    if (relay_) relay_->stop(grace);
    if (live_) live_->stop();
  }

  bool forked() const noexcept { return ::getpid() != owner_; }

  PublisherStatus status() const {
    return {.journal_id = journal_.journal_id(),
            .epoch = journal_.epoch(),
            .last_sequence = journal_.last_sequence(),
            .events = events_.events(),
            .cut_events = events_.cut(),
            .lost_events = events_.lost(),
            .refused_calls = events_.refused(),
            .aborted_calls = aborted_calls_,
            .relay = relay_ ? relay_->status() : RelayStatus(),
            .live = live_ ? live_->status() : LiveStatus()};
  }

  void show(const HookChain* chain) {
    const std::lock_guard lock(chain_mutex_);
    chain_ = chain;
  }

  StatusReport report() {
    StatusReport report;
    describe(report);
    report.publisher = options_.publisher;
    report_files(file_system_, options_.journal.folder, report);
    if (relay_) {
      report_relay(relay_->status(), options_.retain_for, report);
    } else {
      report.first_sequence = JournalReader(file_system_, options_.journal.folder).first_sequence();
    }
    return report;
  }

 private:
  // What the relay does not know. In its thread, or whose report is made.
  void describe(StatusReport& report) {
    report.version = HOOKWIRE_VERSION;
    report.low_space_bytes = options_.journal.retention.low_space_bytes;
    report_writer(journal_, report);
    report_events(events_, journal_, options_.journal.sync, report);
    report.aborted_calls = aborted_calls_;
    if (live_) report_live(live_->status(), report);
    const std::lock_guard lock(chain_mutex_);
    if (chain_ != nullptr) report_hooks(*chain_, report);
  }

  JournalOptions journal_options() {
    JournalOptions journal = options_.journal;
    journal.retention.needs = [this]() -> JournalNeeds {
      bell_.ring();  // a list of open calls lets older history go
      const std::uint64_t owner_from = needed_from_.load(std::memory_order_acquire);
      if (owner_from == 0) return {.owner_from = 0, .readers = {}};  // not recovered yet
      return {.owner_from = owner_from,
              .readers = read_reader_places(file_system_, options_.journal.folder,
                                            journal_.journal_id(), options_.retain_for)};
    };
    return journal;
  }

  // Tells what opening the journal found, in the order in which readers must know it.
  void recover() {
    const JournalRecovery& recovery = journal_.recovery();
    const std::filesystem::path& folder = options_.journal.folder;
    if (recovery.previous_epoch) {
      tell("epoch", Value::Map{{"previous_epoch", *recovery.previous_epoch},
                               {"last_sequence", recovery.last_sequence}});
    }
    for (const JournalGap& gap : recovery.gaps) {
      tell("gap", gap_value(gap));
      log_.error("journal " + folder.string() + ": events " + std::to_string(gap.first) + " to " +
                 std::to_string(gap.last) + " are lost: " + gap.reason);
    }
    auto [open, needed_from] =
        recovery.created ? FoundOpenCalls() : find_open_calls(file_system_, folder);
    // On a full disk what follows may have to wait for history to go.
    needed_from_.store(needed_from, std::memory_order_release);
    if (open.overlooked() > 0) {
      log_.error("journal " + folder.string() + ": " + std::to_string(open.overlooked()) +
                 " calls more than can be kept track of were open; they get no end");
    }
    aborted_calls_ = close_open_calls(file_system_, folder, open, encoder_, events_);
    if (aborted_calls_ > 0) {
      log_.warning("journal " + folder.string() + ": " + std::to_string(aborted_calls_) +
                   " calls were open when the process before died; they are closed as aborted");
    }
    keeper_.emplace(file_system_, folder, options_.journal.segment_bytes, std::move(open), events_,
                    log_, needed_from_, bell_);
    tell("start", Value::Map{{"version", HOOKWIRE_VERSION},
                             {"pid", ::getpid()},
                             {"boot_id", read_boot_id(file_system_)},
                             {"closed_cleanly", recovery.closed_cleanly},
                             {"torn_bytes", recovery.torn_bytes},
                             {"aborted_calls", aborted_calls_}});
    keeper_->catch_up();
  }

  FileSystem& file_system_;
  Log& log_;
  const PublisherOptions options_;
  const std::vector<const MethodDescriptor*> methods_;
  std::shared_ptr<const SecretDigest> mark_;  // null: nothing is secret
  const pid_t owner_ = ::getpid();
  Doorbell doorbell_;
  EventEncoder encoder_;                       // of what is no call's
  std::atomic<std::uint64_t> needed_from_{0};  // from here on the next open reads; 0: not known yet
  KeeperBell bell_;
  JournalWriter journal_;
  EventJournal events_;
  JournalNotices notices_;
  std::optional<OpenCallsKeeper> keeper_;
  std::mutex chain_mutex_;
  const HookChain* chain_ = nullptr;
  std::optional<Live> live_;
  std::optional<Relay> relay_;  // goes before the others: it describes them
  std::uint64_t aborted_calls_ = 0;
  std::mutex control_mutex_;  // start and stop
  bool stopped_ = false;
};

Publisher::Publisher(FileSystem& file_system, const Clock& clock, Log& log,
                     PublisherOptions options, std::span<const MethodDescriptor* const> methods)
    : impl_(std::make_unique<Impl>(file_system, clock, log, std::move(options), methods)) {}

Publisher::~Publisher() {
  // Threads, sockets and the journal are the parent's: a forked child leaves them alone.
  if (impl_->forked()) static_cast<void>(impl_.release());
}

std::shared_ptr<Hook> Publisher::make_notification_hook() {
  return impl_->make_notification_hook(impl_->options().policy, impl_->options().redact);
}
std::shared_ptr<Hook> Publisher::make_notification_hook(PublishPolicy policy,
                                                        std::vector<std::string> redact) {
  return impl_->make_notification_hook(std::move(policy), std::move(redact));
}
std::shared_ptr<const Redaction> Publisher::redaction(std::vector<std::string> redact) const {
  return impl_->redaction(std::move(redact));
}
std::shared_ptr<const Redaction> Publisher::redaction() const {
  return impl_->redaction(impl_->options().redact);
}
void Publisher::tell(std::string_view what, const Value& data) {
  impl_->tell(what, data);
}
void Publisher::start() {
  if (!impl_->forked()) impl_->start();
}
void Publisher::stop(std::chrono::nanoseconds grace) {
  if (!impl_->forked()) impl_->stop(grace);
}
void Publisher::show(const HookChain* chain) {
  if (!impl_->forked()) impl_->show(chain);
}
StatusReport Publisher::report() const {
  if (impl_->forked()) throw Error(ErrorCode::closed, "the publisher is the parent process's");
  return impl_->report();
}
PublisherStatus Publisher::status() const {
  return impl_->status();
}

}  // namespace hookwire

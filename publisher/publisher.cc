#include "hookwire/publisher/publisher.h"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>

#include "hookwire/base/doorbell.h"
#include "hookwire/base/error.h"

#include "event_encoder.h"
#include "event_journal.h"
#include "notification_hook.h"
#include "open_calls_keeper.h"
#include "open_calls_recovery.h"

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

Value gap_value(const JournalGap& gap) {
  return Value::Map{
      {"epoch", gap.epoch}, {"first", gap.first}, {"last", gap.last}, {"reason", gap.reason}};
}

}  // namespace

// Members are destroyed from the last to the first: readers and writers before the journal.
class Publisher::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, Log& log, PublisherOptions options,
       std::span<const MethodDescriptor* const> methods)
      : file_system_(file_system),
        log_(log),
        options_(std::move(options)),
        encoder_(options_.publisher, methods),
        journal_(file_system, clock, options_.journal,
                 options_.stream.endpoint.empty() ? nullptr : &doorbell_),
        events_(journal_, clock, log, encoder_) {
    // Before anything is told: who cannot have the endpoint writes no events.
    if (!options_.stream.endpoint.empty()) {
      relay_.emplace(file_system, clock, log,
                     RelayOptions{.publisher = options_.publisher,
                                  .journal_folder = options_.journal.folder,
                                  .stream = options_.stream,
                                  .limits = options_.limits},
                     &doorbell_);
    }
    recover();
  }

  std::shared_ptr<Hook> make_notification_hook() {
    return std::make_shared<NotificationHook>(encoder_, events_, random_prefix());
  }

  void tell(std::string_view what, const Value& data) { events_.tell(what, data); }

  void start() {
    keeper_->start();
    if (relay_) relay_->start();
  }

  void stop(std::chrono::nanoseconds grace) {
    keeper_->stop();
    while (keeper_->step(kAllRecords)) continue;
    keeper_->write_list();
    tell("stop", Value::Map{{"pid", ::getpid()}});
    if (relay_) relay_->stop(grace);
  }

  PublisherStatus status() const {
    return {.journal_id = journal_.journal_id(),
            .epoch = journal_.epoch(),
            .last_sequence = journal_.last_sequence(),
            .events = events_.events(),
            .cut_events = events_.cut(),
            .lost_events = events_.lost(),
            .aborted_calls = aborted_calls_,
            .relay = relay_ ? relay_->status() : RelayStatus()};
  }

 private:
  static constexpr std::uint64_t kAllRecords = UINT64_MAX;

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
    OpenCalls open = recovery.created ? OpenCalls() : find_open_calls(file_system_, folder);
    aborted_calls_ = close_open_calls(file_system_, folder, open, encoder_, events_);
    if (aborted_calls_ > 0) {
      log_.warning("journal " + folder.string() + ": " + std::to_string(aborted_calls_) +
                   " calls were open when the process before died; they are closed as aborted");
    }
    keeper_.emplace(file_system_, folder, options_.journal.segment_bytes, std::move(open), events_,
                    log_);
    while (keeper_->step(kAllRecords)) continue;
    tell("start", Value::Map{{"pid", ::getpid()},
                             {"closed_cleanly", recovery.closed_cleanly},
                             {"torn_bytes", recovery.torn_bytes},
                             {"aborted_calls", aborted_calls_}});
    keeper_->write_list();
  }

  FileSystem& file_system_;
  Log& log_;
  const PublisherOptions options_;
  Doorbell doorbell_;
  EventEncoder encoder_;
  JournalWriter journal_;
  EventJournal events_;
  std::optional<Relay> relay_;
  std::optional<OpenCallsKeeper> keeper_;
  std::uint64_t aborted_calls_ = 0;
};

Publisher::Publisher(FileSystem& file_system, const Clock& clock, Log& log,
                     PublisherOptions options, std::span<const MethodDescriptor* const> methods)
    : impl_(std::make_unique<Impl>(file_system, clock, log, std::move(options), methods)) {}

Publisher::~Publisher() = default;

std::shared_ptr<Hook> Publisher::make_notification_hook() {
  return impl_->make_notification_hook();
}
void Publisher::tell(std::string_view what, const Value& data) {
  impl_->tell(what, data);
}
void Publisher::start() {
  impl_->start();
}
void Publisher::stop(std::chrono::nanoseconds grace) {
  impl_->stop(grace);
}
PublisherStatus Publisher::status() const {
  return impl_->status();
}

}  // namespace hookwire

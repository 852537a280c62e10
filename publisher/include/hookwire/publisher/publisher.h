#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/base/value.h"
#include "hookwire/hooks/hook.h"
#include "hookwire/hooks/method.h"
#include "hookwire/hooks/options.h"
#include "hookwire/hooks/redaction.h"
#include "hookwire/journal/journal_options.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/live.h"
#include "hookwire/publisher/on_journal_error.h"
#include "hookwire/publisher/publish_policy.h"
#include "hookwire/publisher/relay.h"

#pragma GCC visibility push(default)
namespace hookwire {

class HookChain;
struct StatusReport;

/// How one driver's events are published.
struct PublisherOptions {
  std::string publisher;  ///< host@backend
  JournalOptions journal;
  /// Names of subscribers for whom history is kept until they have acknowledged it.
  std::vector<std::string> retain_for{};
  OnJournalError on_journal_error = OnJournalError::fail_open;
  PublishPolicy policy{};             ///< What is published of which calls.
  std::vector<std::string> redact{};  ///< What is secret besides what descriptors say.
  /// Of the key that secrets are digested with; empty: the journal's folder with ".key" behind it.
  std::filesystem::path secret_key_file{};
  EndpointOptions stream;  ///< An empty endpoint: journal only, no relay.
  StreamLimits limits;
  EndpointOptions live{};  ///< An empty endpoint: no live feed.

  /// Reads journal_dir (required), journal_sync (os), journal_sync_interval, journal_segment_bytes,
  /// append_wait, on_journal_error (fail_open), stream_endpoint, live_endpoint, endpoint_group,
  /// insecure_transport, and what history is kept: journal_retain_size (4G), journal_retain_age
  /// (0), retain_for, journal_max_size (16G), journal_low_space (four segments); what is published:
  /// publish_policy, redact, secret_key_file. Names in rules and in `redact` are checked against
  /// `methods`, unless there are none. Throws Error configuration with file and line.
  static PublisherOptions read(const Options& options, std::string publisher,
                               std::span<const MethodDescriptor* const> methods = {});

  /// Where the key is.
  std::filesystem::path key_file() const;
};

/// Counters of what was published, since the publisher was opened.
struct PublisherStatus {
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t events = 0;
  std::uint64_t cut_events = 0;     ///< Args, result or data did not fit and were cut down.
  std::uint64_t lost_events = 0;    ///< The journal did not take them; told by a gap record.
  std::uint64_t refused_calls = 0;  ///< Under fail_closed: their `pre` is among the lost events.
  std::uint64_t aborted_calls = 0;  ///< Left open by a crash and closed when this one opened.
  RelayStatus relay;
  LiveStatus live;
};

/// The house of one driver's events: the journal, the notification hook that writes to it, the
/// relay that serves it and the live feed. Opening recovers the journal, tells subscribers what
/// recovery found
/// (`system` events: epoch, gap, start) and closes the calls that a crash left open as `aborted`,
/// before the relay starts. When the journal takes no events, calls go on unrecorded or are
/// refused, as PublisherOptions::on_journal_error says, and a `system/gap` event tells so later. In
/// a forked child every function does nothing, status() aside. Thread-safe.
class Publisher {
 public:
  /// `methods` are the descriptors for which bodies are prepared; others work, a little slower. The
  /// references must outlive the publisher. Makes the key file when there is none, if a method has
  /// secrets or options name some. Throws as JournalWriter and Relay do, and Error configuration
  /// for a key file that will not do.
  Publisher(FileSystem& file_system, const Clock& clock, Log& log, PublisherOptions options,
            std::span<const MethodDescriptor* const> methods);
  /// Stops without grace and without telling.
  ~Publisher();

  /// The notification hook (hookwire:NotificationHook) of this publisher; it must not be called
  /// once the publisher is gone. Cost of pre, post and failure: one encode and one append; no
  /// allocation, no system call while the relay is awake. Of a call with secrets also one digest
  /// each, and a search through its texts.
  std::shared_ptr<Hook> make_notification_hook();
  /// One that goes by another policy and other secrets than the publisher's options.
  std::shared_ptr<Hook> make_notification_hook(PublishPolicy policy,
                                               std::vector<std::string> redact);

  /// What is secret in this driver's calls besides what descriptors say, and what stands in its
  /// place: for the chain, so that its log shows no secret either. With a key only when the driver
  /// has secrets or `redact` names some.
  std::shared_ptr<const Redaction> redaction(std::vector<std::string> redact) const;
  std::shared_ptr<const Redaction> redaction() const;

  /// Appends a `system/<what>` event, with `data` in its body. Throws Error bad_input when `what`
  /// cannot stand in a topic or `data` does not fit a record.
  void tell(std::string_view what, const Value& data);

  /// Starts the thread "hw-events" and, with their endpoints, the relay's and the live feed's.
  /// Throws Error closed after stop().
  void start();
  /// Appends `system/stop` and the list of open calls, lets connected clients drain for `grace` at
  /// most, ends the relay. Stopped for good; a second time does nothing.
  void stop(std::chrono::nanoseconds grace);

  PublisherStatus status() const;

  /// From now on reports tell of the hooks of `chain`, too; null: of none. When it returns the
  /// chain that was shown before is not used any more.
  void show(const HookChain* chain);
  /// How it is, at most a second old. Opens each of the journal's files. Throws IoError; Error
  /// closed in a forked child.
  StatusReport report() const;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop

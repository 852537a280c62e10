#include "hookwire/testing/event_recorder.h"

#include <atomic>
#include <utility>

#include "hookwire/base/file_system.h"
#include "hookwire/publisher/publisher.h"
#include "hookwire/testing/read_events.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {

// Members are destroyed from the last to the first: the folder goes after its journal.
class EventRecorder::Impl {
 public:
  explicit Impl(EventRecorderOptions options)
      : options_(std::move(options)),
        publisher_(files_, options_.clock != nullptr ? *options_.clock : system_clock_, log_,
                   publisher_options(), options_.methods),
        hook_(publisher_.make_notification_hook(options_.policy, options_.redact)) {
    clear();
  }

  std::shared_ptr<Hook> hook() const { return hook_; }
  std::shared_ptr<const Redaction> redaction() const {
    return publisher_.redaction(options_.redact);
  }
  std::vector<Event> events() const {
    std::vector<Event> events = read_events(journal_folder(), from_);
    std::erase_if(events, [](const Event& event) { return event.phase == Phase::system; });
    return events;
  }
  void clear() { from_ = publisher_.status().last_sequence + 1; }

 private:
  std::filesystem::path journal_folder() const { return folder_.path() / "journal"; }
  // What `redact` names goes to the hook alone: for the publisher it would be a reason to make a
  // key.
  PublisherOptions publisher_options() const {
    return {.publisher = options_.publisher,
            .journal = {.folder = journal_folder(),
                        .segment_bytes = 1 << 20,
                        .append_wait = std::chrono::seconds(10),
                        .prefault_bytes = 0},
            .stream = {},
            .limits = {}};
  }

  const EventRecorderOptions options_;
  const TempFolder folder_;
  PosixFileSystem files_;
  const SystemClock system_clock_{};
  NullLog log_;
  Publisher publisher_;
  const std::shared_ptr<Hook> hook_;
  std::atomic<std::uint64_t> from_{1};
};

EventRecorder::EventRecorder(EventRecorderOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
EventRecorder::~EventRecorder() = default;

HookInstance EventRecorder::instance(HookSwitches switches) const {
  return {.name = "notify",
          .class_name = "hookwire:NotificationHook",
          .hook = impl_->hook(),
          .switches = switches};
}
std::shared_ptr<const Redaction> EventRecorder::redaction() const {
  return impl_->redaction();
}
std::vector<Event> EventRecorder::events() const {
  return impl_->events();
}
void EventRecorder::clear() {
  impl_->clear();
}

std::vector<std::string> hook_runs(const Event& event) {
  std::vector<std::string> runs;
  for (const EventHookRun& run : event.hooks) {
    runs.push_back(run.name + " " + run.phase + " " + run.outcome +
                   (run.limit.empty() ? "" : " " + run.limit));
  }
  return runs;
}

}  // namespace hookwire::testing

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/hooks/hook_chain.h"
#include "hookwire/hooks/method.h"
#include "hookwire/publisher/publish_policy.h"
#include "hookwire/schemas/event.h"

namespace hookwire::testing {

/// How an EventRecorder publishes.
struct EventRecorderOptions {
  std::string publisher = "host@backend";  ///< What stands at the end of every topic.
  PublishPolicy policy{};                  ///< As `publish_policy`; nothing: everything, in full.
  std::vector<std::string> redact{};       ///< As `redact`: secrets besides the descriptors'.
  /// The driver's method_descriptors, read while the recorder is made. With them secrets are shown
  /// as digests, as `hookwire host` does, and those of periodic data are known. Without, each
  /// secret of a call is shown as `<secret>`, and those of periodic data are what `redact` names.
  std::span<const MethodDescriptor* const> methods{};
  /// What events' times are read from; must outlive the recorder. Null: the machine's clock.
  const Clock* clock = nullptr;
};

/// The events of a chain's calls, as a subscriber would get them, for a test to look at:
///
///   EventRecorder recorder;
///   chain.replace({recorder.instance(), {.name = "size", .hook = hook}});
///   EXPECT_THROW(shares.create_share_instance(context, "s-1", 4000, "NFS"), TooLarge);
///   EXPECT_EQ(recorder.events().back().outcome, "vetoed");
///
/// They come from the real notification hook, encoded, journaled and decoded again; nothing of that
/// is imitated. Without sockets: the journal lies in a temporary folder that goes with the
/// recorder, and the one thread is the journal's own. Must outlive the use of its hook: declare it
/// before the chain. Thread-safe.
class EventRecorder {
 public:
  /// Throws Error when the folder or the journal in it cannot be made (some megabytes of space);
  /// bad_input when the publisher's name cannot stand in a topic.
  explicit EventRecorder(EventRecorderOptions options = {});
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  /// The notification hook, called "notify", for a chain: list it first, and its events enclose
  /// what the other hooks do.
  HookInstance instance(HookSwitches switches = {}) const;
  /// What is secret in calls, for HookChain::replace, so that Call::redacted knows it too.
  std::shared_ptr<const Redaction> redaction() const;

  /// Those of phases pre, post, failure and periodic since the last clear(), oldest first. Reads
  /// them back: linear in their number.
  std::vector<Event> events() const;
  /// From now on events() begins with what comes next.
  void clear();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The hooks that a terminal event names, each as "<name> <phase> <outcome>" ("size pre vetoed"),
/// in the order in which they ran; a skipped one as "size pre skipped breaker", with the limit it
/// met.
std::vector<std::string> hook_runs(const Event& event);

}  // namespace hookwire::testing

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hookwire/hooks/hook.h"

#include "event_encoder.h"
#include "event_journal.h"
#include "secrets_pool.h"

namespace hookwire {

/// hookwire:NotificationHook: turns what it sees of calls into events. Listed first, its events
/// enclose everything: the post tells the final result and how every other hook fared. While its
/// pre or its post is switched off, a call has no events at all: there is no end without its pre,
/// and no pre without its end. A call whose
/// pre the journal did not take has none either. Under fail_open pre, post and failure never throw;
/// under fail_closed they throw Error when their event was not recorded: pre refuses the call, post
/// tells the caller that the end of a call that worked is in no event. They use 60 KiB of the
/// caller's stack. In a forked process no event is written; there the end of a call is the
/// parent's. Thread-safe.
class NotificationHook final : public Hook {
 public:
  /// `call_prefix`, 40 bytes at most, begins every call id: it must differ between publishers and
  /// between starts. `encoder` knows what is published and what is secret. `journal` must outlive
  /// the hook.
  NotificationHook(std::shared_ptr<const EventEncoder> encoder, EventJournal& journal,
                   std::string call_prefix);

  HookData pre(const Call& call) override;
  void post(const Call& call, Outcome& outcome, HookData& data) override;
  void failure(const Call& call, const Failure& failure, HookData& data) override;
  void periodic(const PeriodicData& data) override;
  bool wants_durations() const noexcept override { return true; }
  bool pairs_phases() const noexcept override { return true; }
  bool may_be_suppressed() const noexcept override { return !journal_.fail_closed(); }
  bool may_be_skipped() const noexcept override { return false; }  // every call has its events

 private:
  struct OpenCall;
  struct EndIsLost;

  const MethodTemplate& template_of(const Call& call, std::optional<MethodTemplate>& made) const;
  void publish(Phase phase, const OpenCall& open, const MethodTemplate& method, const Call& call,
               const CallEnd* end);
  void publish_end(Phase phase, HookData& data, const Call& call, const CallEnd& end);

  const std::shared_ptr<const EventEncoder> encoder_;
  EventJournal& journal_;
  const std::string call_prefix_;
  const std::string periodic_topic_;
  std::atomic<std::uint64_t> calls_{0};
  SecretsPool secrets_;
};

}  // namespace hookwire

#include "hookwire/tail/tail.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/client/live_subscriber.h"
#include "hookwire/client/subscriber.h"

#include "journal_follow.h"
#include "tail_sink.h"

namespace hookwire {
namespace {

// The exit codes that the command line fixes.
constexpr int kOk = 0;
constexpr int kNothingFound = 1;
constexpr int kIo = 3;
constexpr int kTimedOut = 4;
constexpr int kGap = 6;

constexpr std::chrono::nanoseconds kForever = std::chrono::hours(1);
constexpr std::chrono::nanoseconds kJournalPause = std::chrono::milliseconds(20);

/// How a run ended.
enum class End { enough, caught_up, timed_out, stopped, nobody };

/// When a run must end whatever happens.
class Deadline {
 public:
  Deadline(const Clock& clock, std::optional<std::chrono::nanoseconds> timeout) : clock_(clock) {
    if (timeout) at_ns_ = clock.steady_ns() + std::min(timeout->count(), kMostNs);
  }
  std::chrono::nanoseconds left() const {
    if (at_ns_ == 0) return kForever;
    return std::chrono::nanoseconds(std::max<std::int64_t>(at_ns_ - clock_.steady_ns(), 0));
  }

 private:
  static constexpr std::int64_t kMostNs = std::numeric_limits<std::int64_t>::max() / 4;

  const Clock& clock_;
  std::int64_t at_ns_ = 0;  // 0: never
};

void check(const TailOptions& options) {
  const auto refuse = [](const char* what) { throw Error(ErrorCode::configuration, what); };
  const int sources =
      int{!options.endpoints.empty()} + int{!options.live.empty()} + int{!options.journal.empty()};
  if (sources != 1) {
    refuse(
        "give one of these: stream endpoints (--connect), live endpoints (--live) or a journal's "
        "folder (--journal)");
  }
  if (!options.live.empty() && options.once) {
    refuse("--once needs an end: a live feed (--live) has none; use --connect or --journal");
  }
  if (options.print.calls && options.print.format == OutputFormat::cloudevents) {
    refuse("--calls shows two events on one line, a CloudEvent is one; leave one of them out");
  }
}

// What the publisher may sort out by itself. To pair calls their pre events are needed too.
std::vector<std::string> topics_of(const TailOptions& options) {
  EventFilter filter = options.filter;
  const bool pairs = options.print.calls || options.print.format == OutputFormat::cloudevents;
  if (pairs) {
    filter.failed = false;
    filter.phases.clear();
    filter.topics.clear();
  }
  return filter.topic_prefixes();
}

End follow_journal(const TailParts& parts, const TailOptions& options, TailSink& sink,
                   const std::stop_token& stop) {
  const Deadline deadline(parts.clock, options.timeout);
  JournalFollow follow(parts.file_system, options.journal, options.start);
  std::mutex mutex;
  std::condition_variable_any stopped;
  for (;;) {
    if (stop.stop_requested()) return End::stopped;
    const bool more = follow.step(sink);
    if (sink.done()) return End::enough;
    if (deadline.left().count() == 0) return End::timed_out;
    if (more) continue;
    sink.commit();
    if (options.once) return End::caught_up;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, std::min(kJournalPause, deadline.left()), [] { return false; });
  }
}

End follow_streams(const TailParts& parts, const TailOptions& options, TailSink& sink,
                   const std::stop_token& stop) {
  const Deadline deadline(parts.clock, options.timeout);
  SubscriberOptions subscription;
  subscription.endpoints = options.endpoints;
  subscription.start = options.start;
  subscription.topics = topics_of(options);
  Subscriber subscriber(parts.clock, parts.log, std::move(subscription), sink);
  const std::stop_callback wake(stop, [&subscriber] { subscriber.request_stop(); });
  for (;;) {
    if (stop.stop_requested()) return End::stopped;
    if (sink.done()) return End::enough;
    if (options.once && subscriber.caught_up()) return End::caught_up;
    if (deadline.left().count() == 0) return End::timed_out;
    // Who sets no time does not want to wait for somebody who may never come.
    if (options.once && !options.timeout && sink.missed()) return End::nobody;
    subscriber.step(deadline.left());
  }
}

End follow_live(const TailParts& parts, const TailOptions& options, TailSink& sink,
                const std::stop_token& stop) {
  const Deadline deadline(parts.clock, options.timeout);
  LiveSubscriber subscriber(parts.clock, {.endpoints = options.live, .topics = topics_of(options)},
                            sink);
  const std::stop_callback wake(stop, [&subscriber] { subscriber.request_stop(); });
  for (;;) {
    if (stop.stop_requested()) return End::stopped;
    if (sink.done()) return End::enough;
    if (deadline.left().count() == 0) return End::timed_out;
    subscriber.step(deadline.left());
  }
}

End follow(const TailParts& parts, const TailOptions& options, TailSink& sink,
           const std::stop_token& stop) {
  check(options);
  const auto follow_source = !options.live.empty()     ? follow_live
                             : options.journal.empty() ? follow_streams
                                                       : follow_journal;
  const End end = follow_source(parts, options, sink, stop);
  sink.finish();
  return end;
}

}  // namespace

int tail(const TailParts& parts, const TailOptions& options, std::stop_token stop) {
  TailSink sink(parts, options);
  const End end = follow(parts, options, sink, stop);
  if (!sink.good() || end == End::nobody) return kIo;
  if (end == End::timed_out && (options.count != 0 || options.once)) return kTimedOut;
  if (options.once && sink.saw_gap()) return kGap;
  const bool nothing = sink.printed() == 0 && !options.filter.empty();
  return end == End::caught_up && nothing ? kNothingFound : kOk;
}

int wait_for_event(const TailParts& parts, const TailOptions& options, std::stop_token stop) {
  TailOptions first = options;
  first.count = 1;
  first.once = false;
  std::ostream nowhere(nullptr);
  nowhere.clear();
  class Swallow final : public std::streambuf {
    int_type overflow(int_type c) override { return traits_type::not_eof(c); }
  } swallow;
  nowhere.rdbuf(&swallow);
  const TailParts shown{parts.file_system, parts.clock, parts.log,
                        options.quiet ? nowhere : parts.out, parts.err};
  TailSink sink(shown, first);
  const End end = follow(shown, first, sink, stop);
  if (!sink.good()) return kIo;
  return end == End::timed_out ? kTimedOut : kOk;
}

int cat_journal(const TailParts& parts, const TailOptions& options, std::stop_token stop) {
  TailOptions once = options;
  once.once = true;
  return tail(parts, once, stop);
}

}  // namespace hookwire

// Whether a subscriber that stands still (SIGSTOP) costs the publisher's calls or memory anything.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hookwire/base/error.h"

#include "bench_main.h"
#include "cpu_time.h"
#include "event_file.h"
#include "memory.h"
#include "pace.h"
#include "publishing.h"
#include "round.h"
#include "statistics.h"
#include "subscriber_process.h"
#include "work_folder.h"

namespace hookwire::bench {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

// What is compared, in the order in which a run returns it.
struct Compared {
  const char* name;
  const char* unit;
  int decimals;
};
constexpr Compared kCompared[] = {
    {"call us, p50", "us", 2},
    {"call us, p99", "us", 2},
    {"from due time us, p50", "us", 2},
    {"from due time us, p99", "us", 2},
    {"from due time us, p99.9", "us", 2},
    {"RssAnon gained, KiB", "KiB", 0},
    {"of it once settled, KiB", "KiB", 0},
};

class StoppedBench {
 public:
  StoppedBench(const BenchOptions& options, int seconds, int events_per_second, Report& report)
      : report_(report),
        rounds_(options.rounds),
        seconds_(seconds),
        calls_per_second_(events_per_second / 2),
        event_(EventFile::read(options.event)),
        folder_(options.dir),
        subscriber_(folder_.endpoint()),
        publishing_(event_, folder_.in("journal"), folder_.endpoint()),
        from_due_ns_(static_cast<std::size_t>(seconds * calls_per_second_), 1),
        call_ns_(from_due_ns_),
        settled_after_(std::min(call_ns_.size() / 2, static_cast<std::size_t>(calls_per_second_))) {
  }

  void run() {
    report_.fact("seconds", seconds_);
    report_.fact("events_per_second", 2 * calls_per_second_);
    report_.fact("file_system", folder_.file_system());
    report_.line(number(static_cast<double>(2 * calls_per_second_)) + " events/s for " +
                 std::to_string(seconds_) + " s, by turns without a subscriber and with one that");
    report_.line("SIGSTOP stopped after a second. Medians of " + std::to_string(rounds_) +
                 " rounds; journal on " + folder_.file_system() + ".");
    std::vector<Variant> variants{{"without",
                                   [this] {
                                     warm_up();
                                     return measure();
                                   }},
                                  {"stopped", [this] { return stopped(); }}};
    measure();  // for nothing: the first pages and the first segment
    interleave(variants, rounds_, false);
    publishing_.check_complete();
    show(variants[0], variants[1]);
  }

 private:
  // Call durations and gained memory of one run.
  std::vector<double> measure() {
    const Hooked<Volume> volume = publishing_.volume();
    const std::int64_t before = anonymous_bytes();
    std::int64_t settled = before;
    std::size_t i = 0;
    const auto count = static_cast<std::int64_t>(call_ns_.size());
    at_rate(kSecondNs / calls_per_second_, count, Wait::spin, [&](std::int64_t due_ns) {
      const std::int64_t start_ns = monotonic_ns();
      call(volume, event_);
      const std::int64_t end_ns = monotonic_ns();
      from_due_ns_[i] = clamped(end_ns - due_ns);
      call_ns_[i] = clamped(end_ns - start_ns);
      if (++i == settled_after_) settled = anonymous_bytes();
    });
    const std::int64_t after = anonymous_bytes();
    std::sort(from_due_ns_.begin(), from_due_ns_.end());
    std::sort(call_ns_.begin(), call_ns_.end());
    return {quantile(call_ns_, 0.5) / 1000.0,
            quantile(call_ns_, 0.99) / 1000.0,
            quantile(from_due_ns_, 0.5) / 1000.0,
            quantile(from_due_ns_, 0.99) / 1000.0,
            quantile(from_due_ns_, 0.999) / 1000.0,
            kib(after - before),
            kib(after - settled)};
  }

  // A second as those that are measured: the first pages of a session, which it gets whether it is
  // stopped or not, are not what it costs to stop it.
  void warm_up() {
    const Hooked<Volume> volume = publishing_.volume();
    at_rate(kSecondNs / calls_per_second_, calls_per_second_, Wait::spin,
            [&](std::int64_t /*due_ns*/) { call(volume, event_); });
  }

  static std::uint32_t clamped(std::int64_t ns) {
    return static_cast<std::uint32_t>(std::min<std::int64_t>(ns, UINT32_MAX));
  }
  static double kib(std::int64_t bytes) { return static_cast<double>(bytes) / 1024; }

  std::vector<double> stopped() {
    subscriber_.connect();
    warm_up();
    subscriber_.wait_for(publishing_.last_sequence());
    subscriber_.stop();
    const std::uint64_t count = subscriber_.received().count;
    std::vector<double> figures = measure();
    if (subscriber_.received().count != count) {
      throw Error(ErrorCode::damaged, "the subscriber received while it was stopped");
    }
    const std::uint64_t last = publishing_.last_sequence();
    const std::int64_t continued_ns = monotonic_ns();
    subscriber_.go_on();
    subscriber_.wait_for(last, std::chrono::seconds(300));
    const std::int64_t caught_up_ns = subscriber_.received().last_at_ns - continued_ns;
    late_events_.push_back(static_cast<double>(subscriber_.received().count - count));
    caught_up_ms_.push_back(static_cast<double>(caught_up_ns) / 1e6);
    subscriber_.disconnect();
    reconnects_.push_back(static_cast<double>(subscriber_.received().reconnects));
    return figures;
  }

  // A difference counts for nothing when the median lies where runs without a subscriber lie too.
  void show(const Variant& without, const Variant& stopped) {
    Table table({"", "without", "lowest", "highest", "stopped", "differs", "within"});
    for (std::size_t i = 0; i < std::size(kCompared); ++i) {
      const auto& [name, unit, decimals] = kCompared[i];
      const Summary base = summarise(without.figure(i));
      const double value = median(stopped.figure(i));
      table.row({name, number(base.median, decimals), number(base.lowest, decimals),
                 number(base.highest, decimals), number(value, decimals),
                 signed_number(value - base.median, decimals),
                 value <= base.highest ? "yes" : "NO"});
      report_.figures(std::string(name) + ", without", unit, without.figure(i));
      report_.figures(std::string(name) + ", stopped", unit, stopped.figure(i));
    }
    report_.table(table);
    report_.figures("events received after SIGCONT", "1", late_events_);
    report_.figures("caught up after SIGCONT", "ms", caught_up_ms_);
    report_.figures("connections made anew", "1", reconnects_);
    report_.line(
        "\nwithin: the median with a stopped subscriber is not above the highest without.");
    report_.line("settled: after the first second, when the session's credit is used up.");
    report_.line("After SIGCONT " + number(median(late_events_)) + " events came, in order, none " +
                 "missing, within " + number(summarise(caught_up_ms_).highest) + " ms.");
  }

  Report& report_;
  const int rounds_;
  const int seconds_;
  const std::int64_t calls_per_second_;  // each is two events
  const EventFile event_;
  WorkFolder folder_;
  SubscriberProcess subscriber_;
  Publishing publishing_;
  // Written before they are measured with, so that they gain no memory while a run goes on.
  std::vector<std::uint32_t> from_due_ns_;
  std::vector<std::uint32_t> call_ns_;
  // Calls by when what a session may have under way has been sent.
  const std::size_t settled_after_;
  std::vector<double> late_events_;
  std::vector<double> caught_up_ms_;
  std::vector<double> reconnects_;
};

}  // namespace
}  // namespace hookwire::bench

int main(int argc, char** argv) {
  using namespace hookwire::bench;
  int seconds = 0;
  int events_per_second = 20'000;
  return bench_main(
      argc, argv,
      {.name = "stopped_subscriber_bench",
       .description = "Measures what a subscriber stopped by SIGSTOP costs the publisher.",
       .add_flags =
           [&](CLI::App& app) {
             app.add_option("--seconds", seconds, "How long it is stopped, 10 unless --quick")
                 ->check(CLI::Range(1, 300))
                 ->type_name("N");
             app.add_option("--rate", events_per_second, "Events a second, 20,000")
                 ->check(CLI::Range(2, 1'000'000))
                 ->type_name("N");
           },
       .run =
           [&](const BenchOptions& options, Report& report) {
             if (seconds == 0) seconds = options.quick ? 1 : 10;
             StoppedBench(options, seconds, events_per_second, report).run();
           }});
}

// What a live subscriber's latency is while many others, far behind, catch up.
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hookwire/base/error.h"

#include "bench_main.h"
#include "cpu_time.h"
#include "event_file.h"
#include "pace.h"
#include "publishing.h"
#include "round.h"
#include "statistics.h"
#include "subscriber_process.h"
#include "work_folder.h"

namespace hookwire::bench {
namespace {

constexpr std::int64_t kPeriodNs = 1'000'000;  // a call, which is two events: 2,000 a second
constexpr std::int64_t kLookCalls = 20;        // between two looks at those behind

constexpr std::chrono::seconds kAtMost{900};  // until those behind have caught up

// What is compared, in the order in which a run returns it.
constexpr const char* kCompared[] = {"delivery us, p50", "delivery us, p99", "delivery us, p99.9",
                                     "delivery us, max"};

struct Size {
  std::size_t readers = 0;
  std::uint64_t events = 0;  // that each of them is behind
  int nice = 0;
  bool elsewhere = false;
};

// What runs under SCHED_IDLE has the cores only while nobody else wants them. Threads that the
// process starts later inherit it.
void leave_cores_to_others(pid_t pid) {
  const sched_param none{};
  if (::sched_setscheduler(pid, SCHED_IDLE, &none) != 0) throw IoError(errno, "set SCHED_IDLE");
}

class CatchUpBench {
 public:
  CatchUpBench(const BenchOptions& options, Size size, Report& report)
      : report_(report),
        rounds_(options.rounds),
        size_(size),
        calls_alone_(options.quick ? 500 : 5000),
        event_(EventFile::read(options.event)),
        folder_(options.dir),
        live_(folder_.endpoint()),
        readers_(make_readers()),
        publishing_(event_, folder_.in("journal"), folder_.endpoint()) {}

  void run() {
    report_.fact("readers", size_.readers);
    report_.fact("events_behind", size_.events);
    report_.fact("nice", size_.nice);
    report_.fact("elsewhere", size_.elsewhere ? 1 : 0);
    report_.fact("file_system", folder_.file_system());
    report_.line("2,000 events/s to a live subscriber, by turns alone and while " +
                 number(static_cast<double>(size_.readers)) + " others,");
    report_.line(number(static_cast<double>(size_.events)) +
                 " events behind, catch up. All in processes of their own, which decode");
    report_.line("every event. Medians of " + std::to_string(rounds_) + " rounds; journal on " +
                 folder_.file_system() + ".");
    if (size_.elsewhere) report_.line("Those behind take only the CPU that nobody else wants.");
    while (publishing_.last_sequence() < size_.events) call(publishing_.volume(), event_);
    for (int round = 0; round < rounds_; ++round) nobody_live();
    live_.connect();
    call(publishing_.volume(), event_);  // so that it has something
    std::vector<Variant> variants{{"alone", [this] { return alone(); }},
                                  {"others behind", [this] { return others_behind(); }}};
    alone();  // for nothing: the first pages and the first segment
    interleave(variants, rounds_, false);
    live_.wait_for(publishing_.last_sequence());
    publishing_.check_complete();
    show(variants[0], variants[1]);
  }

 private:
  // Made before the publisher has threads.
  std::vector<std::unique_ptr<SubscriberProcess>> make_readers() const {
    std::vector<std::unique_ptr<SubscriberProcess>> readers;
    for (std::size_t n = 0; n < size_.readers; ++n) {
      readers.push_back(std::make_unique<SubscriberProcess>(folder_.endpoint()));
      // Threads that it starts later inherit it.
      ::setpriority(PRIO_PROCESS, static_cast<id_t>(readers.back()->pid()), size_.nice);
      if (size_.elsewhere) leave_cores_to_others(readers.back()->pid());
    }
    return readers;
  }

  // Calls in an open loop while `more` says so; returns the delays, each from when its call was
  // due.
  template <class More>
  std::vector<std::uint32_t> publish_while(More&& more) {
    const Hooked<Volume> volume = publishing_.volume();
    live_.wait_for(publishing_.last_sequence());
    live_.take_delays();
    std::int64_t made = 0;
    at_rate_while(kPeriodNs, Wait::sleep, [&](std::int64_t due_ns) {
      if (made == 0) live_.count_from_due(due_ns, kPeriodNs);
      call(volume, event_);
      return more(++made);
    });
    std::vector<std::uint32_t> delays = live_.take_delays();
    live_.wait_for(publishing_.last_sequence());
    return delays;
  }
  static std::vector<double> figures(std::vector<std::uint32_t> delays) {
    std::sort(delays.begin(), delays.end());
    return {static_cast<double>(quantile(delays, 0.5)), static_cast<double>(quantile(delays, 0.99)),
            static_cast<double>(quantile(delays, 0.999)), static_cast<double>(delays.back())};
  }

  std::vector<double> alone() {
    return figures(publish_while([this](std::int64_t made) { return made < calls_alone_; }));
  }

  bool all_have(std::uint64_t sequence) const {
    return std::all_of(readers_.begin(), readers_.end(),
                       [&](const auto& reader) { return reader->received().last >= sequence; });
  }

  // How fast they are when nobody else is there.
  void nobody_live() {
    const std::uint64_t target = publishing_.last_sequence();
    const std::int64_t start_ns = monotonic_ns();
    for (const auto& reader : readers_) reader->begin_at_earliest();
    for (const auto& reader : readers_) reader->wait_for(target, kAtMost);
    const double seconds = static_cast<double>(monotonic_ns() - start_ns) / 1e9;
    for (const auto& reader : readers_) reader->disconnect();
    rates_nobody_live_.push_back(static_cast<double>(target * size_.readers) / seconds);
  }

  // Only what was delivered while somebody was behind counts.
  std::vector<double> others_behind() {
    const std::uint64_t target = publishing_.last_sequence();
    const std::int64_t start_ns = monotonic_ns();
    for (const auto& reader : readers_) reader->begin_at_earliest();
    std::vector<std::uint32_t> delays = publish_while(
        [&](std::int64_t made) { return made % kLookCalls != 0 || !all_have(target); });
    const std::int64_t end_ns = monotonic_ns();
    for (const auto& reader : readers_) {
      reader->wait_for(target, kAtMost);
      reader->disconnect();
    }
    if (delays.empty()) throw Error(ErrorCode::bad_input, "nobody was behind: give more --events");
    const double seconds = static_cast<double>(end_ns - start_ns) / 1e9;
    seconds_.push_back(seconds);
    rates_.push_back(static_cast<double>(target * size_.readers) / seconds);
    live_events_.push_back(static_cast<double>(delays.size()));
    return figures(std::move(delays));
  }

  void show(const Variant& alone, const Variant& behind) {
    Table table({"", "alone", "lowest", "highest", "others behind", "times"});
    for (std::size_t i = 0; i < std::size(kCompared); ++i) {
      const Summary base = summarise(alone.figure(i));
      const double value = median(behind.figure(i));
      table.row({kCompared[i], number(base.median), number(base.lowest), number(base.highest),
                 number(value), number(value / std::max(base.median, 1.0), 2)});
      report_.figures(std::string(kCompared[i]) + ", alone", "us", alone.figure(i));
      report_.figures(std::string(kCompared[i]) + ", others behind", "us", behind.figure(i));
    }
    report_.table(table);
    report_.figures("caught up", "s", seconds_);
    report_.figures("caught up, all readers", "1/s", rates_);
    report_.figures("caught up, all readers, nobody live", "1/s", rates_nobody_live_);
    report_.figures("live events while behind", "1", live_events_);
    report_.line("\ndelivery: from when the call was due until the live subscriber's sink has it.");
    report_.line("65,535 stands for what took longer, too.");
    report_.line("The others caught up in " + number(median(seconds_), 2) + " s, with " +
                 number(median(rates_)) + " events/s in all, none");
    report_.line("missing; meanwhile the live one got " + number(median(live_events_)) +
                 " events a round.");
    report_.line("With nobody live they caught up with " + number(median(rates_nobody_live_)) +
                 " events/s in all.");
  }

  Report& report_;
  const int rounds_;
  const Size size_;
  const std::int64_t calls_alone_;
  const EventFile event_;
  WorkFolder folder_;
  SubscriberProcess live_;
  std::vector<std::unique_ptr<SubscriberProcess>> readers_;
  Publishing publishing_;
  std::vector<double> seconds_;
  std::vector<double> rates_;
  std::vector<double> rates_nobody_live_;
  std::vector<double> live_events_;
};

}  // namespace
}  // namespace hookwire::bench

int main(int argc, char** argv) {
  using namespace hookwire::bench;
  Size size;
  return bench_main(
      argc, argv,
      {.name = "catch_up_bench",
       .description = "Measures a live subscriber's latency while others catch up.",
       .add_flags =
           [&](CLI::App& app) {
             app.add_option("--readers", size.readers, "How many are behind, 32")
                 ->check(CLI::Range(1, 60))
                 ->type_name("N");
             app.add_option("--nice", size.nice, "Of those behind: 0 competes as the live one does")
                 ->check(CLI::Range(0, 19))
                 ->type_name("N");
             app.add_flag("--elsewhere", size.elsewhere,
                          "Those behind get no CPU that others want, as on other machines");
             app.add_option("--events", size.events, "How far, 1,000,000 unless --quick")
                 ->check(CLI::Range(1'000, 100'000'000))
                 ->type_name("N");
           },
       .run =
           [&](const BenchOptions& options, Report& report) {
             if (size.readers == 0) size.readers = 32;
             if (size.events == 0) size.events = options.quick ? 20'000 : 1'000'000;
             CatchUpBench(options, size, report).run();
           }});
}

// Events from the call to a subscriber in another process: how many, at what CPU time, how soon.
#include <memory>
#include <string>
#include <vector>

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

constexpr std::int64_t kPeriodNs = 100'000;  // a call, which is two events: 20,000 a second

// Of both kinds of run. CPU is in microseconds an event, delays in microseconds.
enum Figure : std::size_t { kRate, kPublisherCpu, kSubscriberCpu, kTotalCpu, kP50, kP99, kP999 };

class StreamBench {
 public:
  StreamBench(const BenchOptions& options, Report& report)
      : report_(report),
        rounds_(options.rounds),
        flood_calls_(options.quick ? 10'000 : 150'000),
        paced_calls_(options.quick ? 5'000 : 20'000),
        event_(EventFile::read(options.event)),
        folder_(options.dir),
        subscriber_(folder_.endpoint()),
        publishing_(event_, folder_.in("journal"), folder_.endpoint()) {
    subscriber_.connect();
  }

  void run() {
    const RecordSizes sizes = record_sizes(event_, folder_.in("sizes"));
    report_.fact("pre_record_bytes", sizes.pre);
    report_.fact("post_record_bytes", sizes.post);
    report_.fact("file_system", folder_.file_system());
    report_.fact("flood_events_a_round", 2 * flood_calls_);
    report_.fact("paced_events_a_round", 2 * paced_calls_);
    report_.line("Events of " + std::to_string(sizes.pre) + " and " + std::to_string(sizes.post) +
                 " bytes, from one caller to one subscriber in another");
    report_.line("process, which decodes them. Medians of " + std::to_string(rounds_) +
                 " interleaved rounds; journal on " + folder_.file_system() + ".");
    std::vector<Variant> variants{{"pacing alone", [this] { return pacing_alone(); }},
                                  {"paced", [this] { return paced(); }},
                                  {"pacing alone again", [this] { return pacing_alone(); }},
                                  {"as fast as it goes", [this] { return flood(); }}};
    interleave(variants, rounds_, true);
    publishing_.check_complete();
    show_flood(variants[3]);
    show_paced(variants[1], variants[0], variants[2]);
  }

 private:
  struct Cpu {
    std::int64_t publisher_ns;
    std::int64_t subscriber_ns;
  };
  Cpu cpu() const {
    return {.publisher_ns = process_cpu_ns(), .subscriber_ns = process_cpu_ns(subscriber_.pid())};
  }

  std::vector<double> flood() {
    const Hooked<Volume> volume = publishing_.volume();
    return published([&] {
      for (std::int64_t i = 0; i < flood_calls_; ++i) call(volume, event_);
    });
  }
  std::vector<double> paced() {
    const Hooked<Volume> volume = publishing_.volume();
    return published([&] {
      at_rate(kPeriodNs, paced_calls_, Wait::sleep, [&](std::int64_t) { call(volume, event_); });
    });
  }
  // What the caller's timer costs: the same calls, of the driver itself.
  std::vector<double> pacing_alone() {
    const std::int64_t before_ns = process_cpu_ns();
    at_rate(kPeriodNs, paced_calls_, Wait::sleep, [&](std::int64_t) { call(*driver_, event_); });
    return {per_event(process_cpu_ns() - before_ns, 2 * paced_calls_)};
  }

  // From the first call until the subscriber has the last event.
  std::vector<double> published(FunctionRef<void()> make_calls) {
    const std::uint64_t first = publishing_.last_sequence();
    const Cpu before = cpu();
    const std::int64_t start_ns = monotonic_ns();
    make_calls();
    const std::uint64_t last = publishing_.last_sequence();
    subscriber_.wait_for(last);
    const Cpu after = cpu();
    const std::int64_t end_ns = subscriber_.received().last_at_ns;
    const auto events = static_cast<std::int64_t>(last - first);
    const double publisher = per_event(after.publisher_ns - before.publisher_ns, events);
    const double subscriber = per_event(after.subscriber_ns - before.subscriber_ns, events);
    const std::vector<std::uint32_t> delays = subscriber_.take_delays();
    return {static_cast<double>(events) * 1e9 / static_cast<double>(end_ns - start_ns),
            publisher,
            subscriber,
            publisher + subscriber,
            static_cast<double>(quantile(delays, 0.5)),
            static_cast<double>(quantile(delays, 0.99)),
            static_cast<double>(quantile(delays, 0.999))};
  }
  static double per_event(std::int64_t cpu_ns, std::int64_t events) {
    return static_cast<double>(cpu_ns) / 1000 / static_cast<double>(events);
  }

  void row(Table& table, const std::string& name, const std::string& unit,
           const std::vector<double>& rounds, int decimals) {
    const Summary summary = summarise(rounds);
    table.row({name, number(summary.median, decimals), number(summary.lowest, decimals),
               number(summary.highest, decimals)});
    report_.figures(name, unit, rounds);
  }

  void show_flood(const Variant& flood) {
    Table table({"as fast as it goes", "median", "lowest", "highest"});
    row(table, "events/s, call to subscriber", "1/s", flood.figure(kRate), 0);
    row(table, "CPU us/event, all processes", "us", flood.figure(kTotalCpu), 2);
    row(table, "CPU us/event, publisher", "us", flood.figure(kPublisherCpu), 2);
    row(table, "CPU us/event, subscriber", "us", flood.figure(kSubscriberCpu), 2);
    report_.table(table);
  }

  void show_paced(const Variant& paced, const Variant& alone, const Variant& again) {
    const std::vector<double> timer = alone.figure(0);
    Table table({"at 20,000 events/s", "median", "lowest", "highest"});
    row(table, "paced: CPU us/event, all processes", "us",
        differences(paced.figure(kTotalCpu), timer), 2);
    row(table, "paced: CPU us/event, publisher", "us",
        differences(paced.figure(kPublisherCpu), timer), 2);
    row(table, "paced: CPU us/event, subscriber", "us", paced.figure(kSubscriberCpu), 2);
    row(table, "pacing alone, taken off above", "us", timer, 2);
    row(table, "pacing alone, against itself", "us", differences(again.figure(0), timer), 2);
    row(table, "delivery us, p50", "us", paced.figure(kP50), 0);
    row(table, "delivery us, p99", "us", paced.figure(kP99), 0);
    row(table, "delivery us, p99.9", "us", paced.figure(kP999), 0);
    report_.table(table);
    report_.line("\nCPU: user and system time. publisher: caller, relay and all other threads.");
    report_.line("delivery: from the record's time until the subscriber's sink has it.");
  }

  Report& report_;
  const int rounds_;
  const std::int64_t flood_calls_;
  const std::int64_t paced_calls_;
  const EventFile event_;
  WorkFolder folder_;
  SubscriberProcess subscriber_;
  std::unique_ptr<Volume> driver_ = make_volume();
  Publishing publishing_;
};

}  // namespace
}  // namespace hookwire::bench

int main(int argc, char** argv) {
  using namespace hookwire::bench;
  return bench_main(
      argc, argv,
      {.name = "stream_bench",
       .description = "Measures events from the call to a subscriber: rate, CPU time, delay.",
       .run = [](const BenchOptions& options, Report& report) {
         StreamBench(options, report).run();
       }});
}

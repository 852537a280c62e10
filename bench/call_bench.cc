// What a call costs over the direct one.
#include <memory>
#include <string>
#include <vector>

#include "hookwire/base/error.h"

#include "bench_main.h"
#include "cpu_time.h"
#include "empty_hook.h"
#include "event_file.h"
#include "publishing.h"
#include "round.h"
#include "statistics.h"
#include "subscriber_process.h"
#include "support/allocation_count.h"
#include "work_folder.h"

namespace hookwire::bench {
namespace {

enum Figure : std::size_t { kWallNs, kCpuNs, kAllocations };

constexpr std::int64_t kFirstGuess = 1000;  // calls, from which a block's length is worked out

// Calls `target` so often, and returns what one call took.
template <class Target>
std::vector<double> block(Target& target, const EventFile& event, std::int64_t calls) {
  const std::uint64_t allocations = testing::allocation_count();
  const std::int64_t cpu_ns = thread_cpu_ns();
  const std::int64_t start_ns = monotonic_ns();
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < calls; ++i) sum += call(target, event);
  const std::int64_t end_ns = monotonic_ns();
  const std::int64_t cpu_end_ns = thread_cpu_ns();
  const std::uint64_t allocated = testing::allocation_count() - allocations;
  if (sum != calls * event.size_gb) throw Error(ErrorCode::damaged, "a result is not the driver's");
  const auto each = static_cast<double>(calls);
  return {static_cast<double>(end_ns - start_ns) / each,
          static_cast<double>(cpu_end_ns - cpu_ns) / each, static_cast<double>(allocated) / each};
}

class CallBench {
 public:
  CallBench(const BenchOptions& options, Report& report)
      : report_(report),
        rounds_(options.rounds),
        block_ns_(options.quick ? 2e6 : 40e6),
        event_(EventFile::read(options.event)),
        folder_(options.dir),
        subscriber_(folder_.endpoint()),
        journalled_(event_, folder_.in("journalled"), ""),
        closed_(event_, folder_.in("closed"), "", OnJournalError::fail_closed),
        streamed_(event_, folder_.in("streamed"), folder_.endpoint()) {
    subscriber_.connect();
    none_.replace({});
    off_.replace(switched_off_hook());
    one_.replace(empty_hooks(1));
    eight_.replace(empty_hooks(8));
    timed_.replace(empty_hooks(1, true));
    eight_timed_.replace(empty_hooks(8, true));
  }

  void run() {
    const RecordSizes sizes = record_sizes(event_, folder_.in("sizes"));
    report_.fact("pre_record_bytes", sizes.pre);
    report_.fact("post_record_bytes", sizes.post);
    report_.fact("file_system", folder_.file_system());
    report_.line("A call with 4 arguments and full context; its records: " +
                 std::to_string(sizes.pre) + " and " + std::to_string(sizes.post) + " bytes.");
    report_.line("Medians of " + std::to_string(rounds_) + " interleaved rounds; journal on " +
                 folder_.file_system() + ".");
    std::vector<Variant> variants = this->variants();
    interleave(variants, rounds_, true);
    journalled_.check_complete();
    closed_.check_complete();
    streamed_.check_complete();
    show(variants);
  }

 private:
  std::vector<Variant> variants() {
    return {direct("direct"),
            direct("direct, against itself"),
            hooked("wrapper, no hooks", {*driver_, none_}),
            hooked("hook switched off", {*driver_, off_}),
            hooked("one empty hook", {*driver_, one_}),
            hooked("eight empty hooks", {*driver_, eight_}),
            hooked("one empty hook, timed", {*driver_, timed_}),
            hooked("eight empty, timed", {*driver_, eight_timed_}),
            hooked("notification", journalled_.volume()),
            hooked("notification, fail_closed", closed_.volume()),
            streamed("notification, streamed")};
  }
  Variant direct(const std::string& name) {
    return {name, [this, calls = calls_for(*driver_)] { return block(*driver_, event_, calls); }};
  }
  Variant hooked(const std::string& name, Hooked<Volume> volume) {
    return {name,
            [this, volume, calls = calls_for(volume)] { return block(volume, event_, calls); }};
  }
  // The relay and the subscriber are at work during the block, and have caught up behind it.
  Variant streamed(const std::string& name) {
    return {name, [this, volume = streamed_.volume(), calls = calls_for(streamed_.volume())] {
              std::vector<double> figures = block(volume, event_, calls);
              subscriber_.wait_for(streamed_.last_sequence());
              return figures;
            }};
  }
  template <class Target>
  std::int64_t calls_for(Target&& target) {
    const double call_ns = block(target, event_, kFirstGuess)[kWallNs];
    return static_cast<std::int64_t>(block_ns_ / call_ns) + 1;
  }

  void show(const std::vector<Variant>& variants) {
    Table table({"ns a call", "all", "CPU", "over direct", "lowest", "highest", "new"});
    const std::vector<double> direct = variants.front().figure(kWallNs);
    for (const Variant& variant : variants) {
      const std::vector<double> over = differences(variant.figure(kWallNs), direct);
      const Summary cost = summarise(over);
      const bool baseline = &variant == &variants.front();
      table.row({variant.name, number(median(variant.figure(kWallNs)), 1),
                 number(median(variant.figure(kCpuNs)), 1),
                 baseline ? "" : signed_number(cost.median, 1),
                 baseline ? "" : signed_number(cost.lowest, 1),
                 baseline ? "" : signed_number(cost.highest, 1),
                 number(median(variant.figure(kAllocations)), 2)});
      report_.figures(variant.name + ", wall", "ns/call", variant.figure(kWallNs));
      report_.figures(variant.name + ", CPU of the caller", "ns/call", variant.figure(kCpuNs));
      report_.figures(variant.name + ", over direct", "ns/call", over);
      report_.figures(variant.name + ", allocations", "1/call", variant.figure(kAllocations));
    }
    report_.table(table);
    report_.line(
        "\nall: time that passed. CPU: of the calling thread. over direct: median, lowest");
    report_.line(
        "and highest of the rounds' differences; below 'direct, against itself' is noise.");
    report_.line("new: allocations. notification: 2 events a call, as fast as they go. streamed:");
    report_.line("with the relay's thread and a subscriber's process at work beside the caller.");
  }

  Report& report_;
  const int rounds_;
  const double block_ns_;
  const EventFile event_;
  WorkFolder folder_;
  SubscriberProcess subscriber_;
  SystemClock clock_;
  NullLog log_;
  std::unique_ptr<Volume> driver_ = make_volume();
  HookChain none_{clock_, log_};
  HookChain off_{clock_, log_};
  HookChain one_{clock_, log_};
  HookChain eight_{clock_, log_};
  HookChain timed_{clock_, log_};
  HookChain eight_timed_{clock_, log_};
  Publishing journalled_;
  Publishing closed_;
  Publishing streamed_;
};

}  // namespace
}  // namespace hookwire::bench

int main(int argc, char** argv) {
  using namespace hookwire::bench;
  return bench_main(argc, argv,
                    {.name = "call_bench",
                     .description = "Measures what a call through hooks costs over a direct call.",
                     .run = [](const BenchOptions& options, Report& report) {
                       CallBench(options, report).run();
                     }});
}

#include "subscriber_process.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "hookwire/base/error.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/phase.h"

#include "cpu_time.h"

namespace hookwire::bench {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(1);

class CountingSink final : public Sink {
 public:
  CountingSink(const Clock& clock, Received& received) : clock_(clock), received_(received) {}

  void records(const Source& /*source*/, std::span<const RecordView> records) override {
    const std::int64_t now_ns = clock_.unix_ns();
    const std::int64_t now_monotonic_ns = monotonic_ns();
    std::uint64_t last = received_.last;
    for (const RecordView& record : records) {
      if (received_.first == 0) {
        received_.first = record.sequence;
      } else if (record.sequence != last + 1) {
        ++received_.out_of_order;
      }
      last = record.sequence;
      if (!decode_event(record).event) ++received_.undecodable;
      if (phase_of(record.kind) == Phase::pre) ++received_.calls;
      const std::int64_t delay_ns =
          received_.period_ns == 0 ? now_ns - record.time_ns : now_monotonic_ns - due_ns();
      const std::int64_t delay_us = std::max<std::int64_t>(0, delay_ns / 1000);
      const auto bucket = std::min(static_cast<std::size_t>(delay_us), Received::kMostDelayUs);
      received_.delays_us[bucket].fetch_add(1, std::memory_order_relaxed);
    }
    received_.count += records.size();
    received_.last_at_ns = monotonic_ns();
    received_.last = last;
  }
  void gap(const Source& /*source*/, const SourceGap& /*gap*/) override {
    ++received_.out_of_order;
  }
  void connected(const Source& /*source*/) override { received_.connected = true; }

 private:
  // Of the call whose event came last.
  std::int64_t due_ns() const {
    const std::uint64_t calls = received_.calls;
    const std::uint64_t before = calls > 0 ? calls - 1 : 0;
    return received_.first_due_ns + static_cast<std::int64_t>(before) * received_.period_ns;
  }

  const Clock& clock_;
  Received& received_;
};

void follow(const std::string& endpoint, Received& received) {
  const SystemClock clock;
  NullLog log;
  CountingSink sink(clock, received);
  SubscriberOptions options;
  options.endpoints = {endpoint};
  options.start.from =
      received.from_earliest ? StreamStart::From::earliest : StreamStart::From::latest;
  {
    Subscriber subscriber(clock, log, options, sink);
    while (received.wanted) subscriber.step(std::chrono::milliseconds(100));
    received.reconnects = subscriber.counters().reconnects;
  }
  received.connected = false;
}

[[noreturn]] void live(const std::string& endpoint, Received& received) {
  ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(SIGKILL), 0UL, 0UL, 0UL);
  try {
    while (true) {
      if (received.wanted) follow(endpoint, received);
      std::this_thread::sleep_for(kPoll);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "subscriber: %s\n", error.what());
    ::_exit(1);
  }
}

Received& shared_memory() {
  void* memory =
      ::mmap(nullptr, sizeof(Received), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw IoError(errno, "map memory to share with a subscriber");
  return *new (memory) Received();
}

}  // namespace

SubscriberProcess::SubscriberProcess(const std::string& endpoint)
    : received_(shared_memory()), pid_(::fork()) {
  if (pid_ < 0) throw IoError(errno, "fork a subscriber");
  if (pid_ == 0) live(endpoint, received_);
}

SubscriberProcess::~SubscriberProcess() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::munmap(&received_, sizeof received_);
}

void SubscriberProcess::begin_at_earliest() {
  begin(true);
}

void SubscriberProcess::begin(bool from_earliest) {
  received_.first = received_.last = received_.count = received_.reconnects = 0;
  received_.from_earliest = from_earliest;
  received_.wanted = true;
}

void SubscriberProcess::connect() {
  begin(false);
  wait(std::chrono::seconds(20), "connect",
       [](const Received& now) { return now.connected.load(); });
}

void SubscriberProcess::disconnect() {
  received_.wanted = false;
  wait(std::chrono::seconds(20), "disconnect",
       [](const Received& now) { return !now.connected.load(); });
}

void SubscriberProcess::wait_for(std::uint64_t sequence, std::chrono::seconds at_most) {
  const std::int64_t deadline_ns = monotonic_ns() + std::chrono::nanoseconds(at_most).count();
  while (received_.last < sequence) {
    if (monotonic_ns() > deadline_ns) {
      throw Error(ErrorCode::timed_out, "the subscriber has " + std::to_string(received_.last) +
                                            " of " + std::to_string(sequence) + " events");
    }
    std::this_thread::sleep_for(kPoll);
  }
  const std::uint64_t expected = received_.last - received_.first + 1;
  if (received_.count != expected || received_.out_of_order > 0 || received_.undecodable > 0) {
    throw Error(ErrorCode::damaged, std::to_string(received_.count) + " of " +
                                        std::to_string(expected) + " events arrived, " +
                                        std::to_string(received_.out_of_order) + " out of order, " +
                                        std::to_string(received_.undecodable) + " unreadable");
  }
}

void SubscriberProcess::stop() {
  int status = 0;
  if (::kill(pid_, SIGSTOP) != 0 || ::waitpid(pid_, &status, WUNTRACED) != pid_ ||
      !WIFSTOPPED(status)) {
    throw Error(ErrorCode::closed, "the subscriber cannot be stopped: it has ended");
  }
}

void SubscriberProcess::go_on() {
  ::kill(pid_, SIGCONT);
}

void SubscriberProcess::count_from_due(std::int64_t first_due_ns, std::int64_t period_ns) {
  received_.calls = 0;
  received_.first_due_ns = first_due_ns;
  received_.period_ns = period_ns;
}

std::vector<std::uint32_t> SubscriberProcess::take_delays() {
  std::vector<std::uint32_t> sorted;
  for (std::size_t us = 0; us < received_.delays_us.size(); ++us) {
    sorted.insert(sorted.end(), received_.delays_us[us].exchange(0),
                  static_cast<std::uint32_t>(us));
  }
  return sorted;
}

void SubscriberProcess::wait(std::chrono::seconds at_most, const char* what,
                             bool (*done)(const Received&)) {
  const std::int64_t deadline_ns = monotonic_ns() + std::chrono::nanoseconds(at_most).count();
  while (!done(received_)) {
    if (monotonic_ns() > deadline_ns) {
      throw Error(ErrorCode::timed_out, std::string("the subscriber does not ") + what);
    }
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace hookwire::bench

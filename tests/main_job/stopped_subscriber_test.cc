#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "hookwire/client/subscriber.h"

#include "events_fixture.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

// What a subscriber in another process has received.
struct Received {
  std::atomic<std::uint64_t> last{0};
  std::atomic<std::uint64_t> out_of_order{0};
};

class CountingSink final : public Sink {
 public:
  explicit CountingSink(Received& received) : received_(received) {}
  void records(const Source& /*source*/, std::span<const RecordView> records) override {
    for (const RecordView& record : records) {
      if (record.sequence != received_.last + 1) ++received_.out_of_order;
      received_.last = record.sequence;
    }
  }
  void gap(const Source& /*source*/, const SourceGap& /*gap*/) override {
    ++received_.out_of_order;
  }

 private:
  Received& received_;
};

std::uint64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  ADD_FAILURE() << "the kernel does not tell RssAnon";
  return 0;
}

class StoppedTest : public EventsTest {
 protected:
  StoppedTest()
      : received_(*new (::mmap(nullptr, sizeof(Received), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Received()) {}
  ~StoppedTest() override { ::munmap(&received_, sizeof received_); }

  std::string endpoint() const { return "ipc://" + (temp_.path() / "sockets/gold").string(); }

  pid_t start_subscriber() {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    CountingSink sink(received_);
    SubscriberOptions options;
    options.endpoints = {endpoint()};
    options.start.from = StreamStart::From::earliest;
    Subscriber(clock_, log_, options, sink).run({});
    ::_exit(0);
  }

  // `calls` calls at 10,000 a second, which make 20,000 events a second.
  void call_at_rate(int calls) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) {
      const auto due = start + i * std::chrono::microseconds(100);
      while (std::chrono::steady_clock::now() < due) std::this_thread::yield();
      lamp().call<&Lamp::dim>(context_, "kitchen", 40);
    }
  }

  Received& received_;
};

TEST_F(StoppedTest, CostsThePublisherNoMemoryAndHasEverythingOnceItGoesOn) {
  const pid_t subscriber = start_subscriber();
  PublisherOptions with_stream = options();
  with_stream.stream.endpoint = endpoint();
  with_stream.journal.segment_bytes = 16 * 1024 * 1024;
  publisher_ = std::make_unique<Publisher>(files_, clock_, log_, with_stream, kLampMethods);
  chain_ = std::make_unique<HookChain>(clock_, log_);
  notification_ = publisher_->make_notification_hook();
  use_hooks({});
  publisher_->start();

  call_at_rate(10'000);
  ASSERT_TRUE(eventually([&] { return received_.last >= 20'000; }));
  ::kill(subscriber, SIGSTOP);
  int status = 0;
  ::waitpid(subscriber, &status, WUNTRACED);
  ASSERT_TRUE(WIFSTOPPED(status));
  const std::uint64_t stopped_at = received_.last;
  call_at_rate(10'000);  // fills what the session's credit and the socket hold
  const std::uint64_t before = anonymous_bytes();
  call_at_rate(20'000);
  const std::uint64_t after = anonymous_bytes();
  EXPECT_EQ(received_.last, stopped_at) << "the subscriber was not stopped";
  EXPECT_GT(publisher_->status().last_sequence, stopped_at + 50'000);
  // Sanitizers keep freed memory and shadows of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(after, before + 1024 * 1024);
#endif
  std::printf("anonymous memory: %llu KiB before, %llu KiB after 40,000 events unread\n",
              static_cast<unsigned long long>(before / 1024),
              static_cast<unsigned long long>(after / 1024));

  ::kill(subscriber, SIGCONT);
  EXPECT_TRUE(eventually([&] { return received_.last == publisher_->status().last_sequence; }));
  EXPECT_EQ(received_.out_of_order, 0u);
  ::kill(subscriber, SIGKILL);
  ::waitpid(subscriber, nullptr, 0);
}

}  // namespace
}  // namespace hookwire::testing

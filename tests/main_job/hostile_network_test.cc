#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "hookwire/client/cursor_file.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "main_job/nursery.h"
#include "main_job/sequence_store.h"
#include "subscribers/event_bytes.h"
#include "support/eventually.h"
#include "support/long_form.h"
#include "support/tcp_proxy.h"

// A publisher and subscribers in processes that are killed, over a network that delays, cuts,
// stalls and spoils what passes: each subscriber ends with every event once and in order.

namespace hookwire::testing {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostSubscribers = 8;
constexpr Nursery::Role kPublisher = 100;

struct Plan {
  std::size_t subscribers;
  std::uint64_t events;
  std::uint64_t ahead;  // of the slowest subscriber, so that events flow while faults hit
  std::uint64_t least_between_kills, most_between_kills;  // in events
  ProxyFaults faults;
};

Plan plan() {
  // The first record behind a welcome is spared: one that is bad twice running is told as a gap.
  ProxyFaults faults{.delay_every = 100'000,
                     .cut_every = 400'000,
                     .stall_every = 1'000'000,
                     .stall_for = milliseconds(600),
                     .flip_every = 300'000,
                     .flip_not_from = 200,
                     .flip_not_to = 4000};
  if (!long_form()) return {4, 20'000, 2000, 300, 1200, faults};
  faults.delay_every = 1'000'000;
  faults.cut_every = 3'000'000;
  faults.stall_every = 30'000'000;
  faults.flip_every = 2'000'000;
  return {8, 1'000'000, 20'000, 2000, 8000, faults};
}

/// Memory that all the processes see.
struct Shared {
  struct Subscriber {
    std::atomic<std::uint64_t> stored{0};
    std::atomic<std::uint64_t> repeated{0};
    std::atomic<std::uint64_t> gaps{0};
    std::atomic<std::uint64_t> reconnects{0};
    std::atomic<std::uint64_t> bad_replies{0};
  };
  std::atomic<std::uint16_t> proxy_port{0};
  std::atomic<std::uint16_t> publisher_port{0};
  std::atomic<std::uint64_t> appended{0};
  std::array<Subscriber, kMostSubscribers> subscribers;
  std::array<char, 256> failure{};  // what a process died of by itself
};

bool says_its_number(const RecordView& record) {
  const DecodedEvent decoded = decode_event(record);
  return decoded.event && decoded.event->call_id == "c-" + std::to_string(record.sequence);
}

class HostileNetworkTest : public ::testing::Test {
 protected:
  HostileNetworkTest()
      : shared_(*new (::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Shared()),
        nursery_([this](Nursery::Role role) { live(role); }) {}
  ~HostileNetworkTest() override { ::munmap(&shared_, sizeof shared_); }

  std::uint64_t slowest() const {
    std::uint64_t least = ~std::uint64_t{0};
    for (std::size_t n = 0; n < plan_.subscribers; ++n) {
      least = std::min(least, shared_.subscribers[n].stored.load());
    }
    return least;
  }
  std::filesystem::path store_of(std::size_t n) const {
    return folder_.path() / ("store" + std::to_string(n));
  }

  void live(Nursery::Role role) {
    try {
      role == kPublisher ? publish() : subscribe(role);
    } catch (const std::exception& error) {
      std::strncpy(shared_.failure.data(), error.what(), shared_.failure.size() - 1);
    }
  }

  [[noreturn]] void publish() {
    Doorbell doorbell;
    JournalWriter writer(files_, clock_,
                         {.folder = folder_.path() / "journal",
                          .segment_bytes = 8 << 20,
                          .append_wait = std::chrono::seconds(30)},
                         &doorbell);
    Relay relay(files_, clock_, log_,
                {.publisher = "nas01@gold",
                 .journal_folder = writer.folder(),
                 .stream = {.endpoint = "tcp://127.0.0.1:0", .group = {}},
                 .limits = {.silence = std::chrono::seconds(2), .heartbeat = milliseconds(100)}},
                &doorbell);
    relay.start();
    const std::string endpoint = relay.endpoint();
    shared_.publisher_port =
        static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
    for (;;) {
      const std::uint64_t next = writer.last_sequence() + 1;
      const auto may_go_on = [&] {
        return next <= plan_.events && next <= slowest() + plan_.ahead;
      };
      if (!eventually(may_go_on)) continue;
      append_event(writer, {.call_id = "c-" + std::to_string(next)});
      shared_.appended = next;
    }
  }

  // Even ones keep the cursor in their own data; odd ones in a cursor file beside it.
  [[noreturn]] void subscribe(std::size_t n) {
    Shared::Subscriber& told = shared_.subscribers[n];
    SequenceStore store(store_of(n), says_its_number);
    std::optional<CursorFile> cursors;
    if (n % 2 == 1) cursors.emplace(files_, store_of(n).string() + ".cursors");
    SubscriberOptions options;
    options.endpoints = {"tcp://127.0.0.1:" + std::to_string(shared_.proxy_port)};
    options.name = "subscriber" + std::to_string(n);
    options.start.from = StreamStart::From::earliest;
    options.silence = milliseconds(400);
    options.backoff_least = milliseconds(5);
    options.backoff_most = milliseconds(50);
    CursorStore& kept = cursors ? static_cast<CursorStore&>(*cursors) : store;
    Subscriber subscriber(clock_, log_, options, store, &kept);
    Subscriber::Counters before;
    std::uint64_t repeated = 0;
    for (;;) {
      subscriber.step(milliseconds(50));
      const Subscriber::Counters now = subscriber.counters();
      told.stored = store.stored();
      told.repeated += store.repeated() - std::exchange(repeated, store.repeated());
      told.gaps += now.gaps - before.gaps;
      told.reconnects += now.reconnects - before.reconnects;
      told.bad_replies += now.bad_replies - before.bad_replies;
      before = now;
    }
  }

  void start_publisher(TcpProxy& proxy) {
    shared_.publisher_port = 0;
    nursery_.start(kPublisher);
    ASSERT_TRUE(eventually([&] { return shared_.publisher_port != 0; })) << failure();
    proxy.set_target(shared_.publisher_port);
  }
  std::string failure() const { return {shared_.failure.data()}; }

  /// What a subscriber stored, against 1..events.
  void expect_complete(std::size_t n) const {
    const std::vector<SequenceStore::Entry> entries = SequenceStore::read(store_of(n));
    ASSERT_EQ(entries.size(), plan_.events) << "subscriber " << n;
    for (std::uint64_t sequence = 1; sequence <= entries.size(); ++sequence) {
      const SequenceStore::Entry& entry = entries[sequence - 1];
      ASSERT_EQ(entry.sequence, sequence) << "subscriber " << n;
      ASSERT_EQ(entry.sound, 1u) << "subscriber " << n << ", event " << sequence;
      ASSERT_EQ(entry.epoch, 1u);
      ASSERT_EQ(entry.journal_id, entries[0].journal_id);
    }
  }

  const Plan plan_ = plan();
  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  Shared& shared_;
  Nursery nursery_;
};

TEST_F(HostileNetworkTest, EverySubscriberHasEveryEventOnceAndInOrder) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("HOOKWIRE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  TcpProxy proxy(plan_.faults, seed);
  shared_.proxy_port = proxy.port();
  start_publisher(proxy);
  for (Nursery::Role n = 0; n < plan_.subscribers; ++n) nursery_.start(n);

  std::uint64_t publisher_kills = 0;
  std::uint64_t subscriber_kills = 0;
  while (slowest() < plan_.events) {
    const std::uint64_t span = plan_.most_between_kills - plan_.least_between_kills;
    const std::uint64_t until =
        std::min(plan_.events, slowest() + plan_.least_between_kills + random() % span);
    ASSERT_TRUE(eventually([&] { return slowest() >= until || !failure().empty(); },
                           std::chrono::seconds(60)))
        << "at " << slowest() << " of " << shared_.appended;
    ASSERT_EQ(failure(), "");
    if (until == plan_.events) break;
    if ((publisher_kills + subscriber_kills) % 3 == 0) {
      ASSERT_TRUE(nursery_.kill(kPublisher));
      ++publisher_kills;
      start_publisher(proxy);
    } else {
      const auto victim = static_cast<Nursery::Role>(random() % plan_.subscribers);
      ASSERT_TRUE(nursery_.kill(victim));
      ++subscriber_kills;
      nursery_.start(victim);
    }
  }

  for (std::size_t n = 0; n < plan_.subscribers; ++n) expect_complete(n);
  std::uint64_t repeated = 0;
  std::uint64_t gaps = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t bad_replies = 0;
  for (const Shared::Subscriber& subscriber : shared_.subscribers) {
    repeated += subscriber.repeated;
    gaps += subscriber.gaps;
    reconnects += subscriber.reconnects;
    bad_replies += subscriber.bad_replies;
  }
  const ProxyCounts hits = proxy.counts();
  report("hostile_network", {{"seed", seed},
                             {"events", plan_.events * plan_.subscribers},
                             {"publisher_kills", publisher_kills},
                             {"subscriber_kills", subscriber_kills},
                             {"delays", hits.delays},
                             {"cuts", hits.cuts},
                             {"stalls", hits.stalls},
                             {"flips", hits.flips},
                             {"reconnects", reconnects},
                             {"bad_replies", bad_replies},
                             {"repeated_after_kill", repeated},
                             {"lost_to_gaps", gaps}});
  EXPECT_EQ(gaps, 0u);
  EXPECT_GT(publisher_kills, 0u);
  EXPECT_GT(subscriber_kills, 0u);
  EXPECT_GT(hits.delays, 0u);
  EXPECT_GT(hits.cuts, 0u);
  EXPECT_GT(hits.stalls, 0u);
  EXPECT_GT(hits.flips, 0u);
  EXPECT_GT(reconnects, 0u);
}

}  // namespace
}  // namespace hookwire::testing

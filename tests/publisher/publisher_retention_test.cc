#include "hookwire/journal/journal_reader.h"

#include "publisher_test.h"
#include "relay_test.h"
#include "support/eventually.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kSegment = 128 * 1024;

// The machine's files on a disk of which a test says how much is free.
class NearlyFullDisk final : public ForwardingFileSystem {
 public:
  std::atomic<std::uint64_t> free{1ull << 40};
  std::uint64_t free_bytes(const std::filesystem::path&) override { return free; }
};

/// A publisher with a relay that keeps little history.
class PublisherRetention : public PublisherTest {
 protected:
  PublisherRetention() {
    segment_bytes_ = kSegment;
    files_ = &disk_;
  }
  // The publisher goes before the disk that it writes to.
  ~PublisherRetention() override {
    if (publisher_) close();
  }

  std::string endpoint() const {
    return "ipc://" + (folder_.path() / "socket" / "gold.stream").string();
  }
  void start(JournalRetention retention, std::vector<std::string> retain_for = {}) {
    static constexpr auto kMethods = method_descriptors<Store>();
    PublisherOptions with = options();
    with.journal.retention = std::move(retention);
    with.retain_for = std::move(retain_for);
    with.stream.endpoint = endpoint();
    publisher_ = std::make_unique<Publisher>(*files_, clock_, log_, with, kMethods);
    hook_ = publisher_->make_notification_hook();
    chain_.replace({{"notify", "hookwire:NotificationHook", hook_, {}}});
    publisher_->start();
  }
  /// Calls whose events fill `count` segments, more or less.
  void fill(std::uint64_t count) {
    const std::string data(1000, 'd');
    for (std::uint64_t done = 0; done < count * kSegment; done += 3500) {
      hooked_.call<&Store::put>(context_, "s-1", data);
    }
  }
  std::uint64_t oldest() { return JournalReader(*files_, journal_folder()).first_sequence(); }
  std::uint64_t last() const { return publisher_->status().last_sequence; }

  /// A client of that name that acknowledges everything that is there now, and goes.
  void acknowledge_all(const std::string& name) {
    Dealer client(endpoint());
    const std::uint64_t upto = last();
    client.open({.version = kStreamVersion,
                 .name = name,
                 .start = {.from = StreamStart::From::sequence, .sequence = upto},
                 .topics = {},
                 .credit_bytes = kMaxCreditBytes});
    ASSERT_TRUE(client.receive_records(1));
    client.send(AckRequest{.session = client.session, .epoch = 1, .sequence = upto});
    ASSERT_TRUE(eventually([&] {
      const RelayStatus relay = publisher_->status().relay;
      return !relay.cursors.empty() && relay.cursors[0].sequence == upto;
    }));
    client.send(CloseRequest{.session = client.session});
  }

  NearlyFullDisk disk_;
};

TEST_F(PublisherRetention, OldEventsGoAndAReaderThatAsksForThemIsToldOfAGapFirst) {
  start({.bytes = 5 * kSegment});
  fill(12);
  ASSERT_TRUE(eventually([&] { return oldest() > 1; }));
  Dealer client(endpoint());
  client.open({.version = kStreamVersion,
               .name = {},
               .start = {.from = StreamStart::From::sequence, .sequence = 1},
               .topics = {},
               .credit_bytes = kMaxCreditBytes});
  const auto gap = client.await<StreamGap>();
  ASSERT_TRUE(gap.has_value());
  EXPECT_THAT(client.sequences, IsEmpty());
  EXPECT_EQ(gap->first, 1u);
  ASSERT_TRUE(client.receive_records(1));
  EXPECT_EQ(client.sequences[0], gap->last + 1);
  EXPECT_THAT(told("gap"), IsEmpty()) << "nobody asked that they be kept";
}

TEST_F(PublisherRetention, HistoryWaitsForANamedSubscriberAlsoOverARestart) {
  start({.bytes = 4 * kSegment}, {"audit"});
  fill(8);
  EXPECT_EQ(oldest(), 1u) << "audit was never here";
  acknowledge_all("audit");
  const std::uint64_t acknowledged = publisher_->status().relay.cursors[0].sequence;
  ASSERT_TRUE(eventually([&] { return oldest() > 1; }));
  close();

  start({.bytes = 4 * kSegment}, {"audit"});
  fill(8);
  ASSERT_TRUE(eventually([&] { return publisher_->status().relay.last_sequence == last(); }));
  const RelayStatus relay = publisher_->status().relay;
  ASSERT_THAT(relay.cursors, SizeIs(1));
  EXPECT_EQ(relay.cursors[0].name, "audit");
  EXPECT_EQ(relay.cursors[0].sequence, acknowledged);
  EXPECT_EQ(relay.cursors[0].lag, relay.last_sequence - acknowledged);
  EXPECT_FALSE(relay.cursors[0].connected);
  EXPECT_LE(oldest(), acknowledged + 1);
}

TEST_F(PublisherRetention, BeyondTheHardCapAGapNamesTheSubscriberAndTheEvents) {
  start({.bytes = 4 * kSegment, .most_bytes = 6 * kSegment}, {"audit"});
  fill(16);
  ASSERT_TRUE(eventually([&] { return !told("gap").empty(); }));
  const Event gap = told("gap").front();
  EXPECT_EQ(*gap.data->find("subscriber")->string(), "audit");
  EXPECT_THAT(*gap.data->find("reason")->string(), HasSubstr("journal_max_size"));
  EXPECT_GE(*gap.data->find("last")->unsigned_integer(),
            *gap.data->find("first")->unsigned_integer());
  EXPECT_THAT(log_.text(), HasSubstr("audit has not acknowledged them"));
}

TEST_F(PublisherRetention, LowSpaceIsToldInTheLogAndAsAnEventAndItsEndToo) {
  start({.low_space_bytes = 1 << 20});
  fill(6);
  EXPECT_EQ(oldest(), 1u);
  disk_.free = 5000;
  ASSERT_TRUE(eventually([&] { return !told("low_space").empty(); }));
  const Event low = told("low_space").front();
  EXPECT_EQ(*low.data->find("free_bytes")->unsigned_integer(), 5000u);
  EXPECT_EQ(*low.data->find("limit_bytes")->unsigned_integer(), 1u << 20);
  EXPECT_THAT(log_.text(), HasSubstr("less than journal_low_space"));
  ASSERT_TRUE(eventually([&] { return oldest() > 1; }));
  disk_.free = 1ull << 40;
  EXPECT_TRUE(eventually([&] { return !told("enough_space").empty(); }));
}

TEST_F(PublisherRetention, CallsThatWereOpenWhenTheProcessDiedAreStillClosed) {
  ASSERT_TRUE(in_process_that_dies([&] {
    start({.bytes = 4 * kSegment});
    store_.on_call = [&] {
      store_.on_call = {};
      fill(16);  // the open call's pre is long gone when the process dies
      eventually([&] { return oldest() > 100; });
      ::_exit(oldest() > 100 ? 0 : 1);
    };
    hooked_.call<&Store::drop>(context_, "s-1");
  }));
  start({.bytes = 4 * kSegment});
  EXPECT_EQ(publisher_->status().aborted_calls, 1u);
  std::vector<std::string> aborted;
  for (const Event& event : call_events()) {
    if (event.outcome == "aborted") aborted.push_back(event.topic);
  }
  EXPECT_THAT(aborted, ElementsAre("failure/drop/nas01@gold"));
}

TEST_F(PublisherRetention, WithoutARelayHistoryGoesAsWell) {
  static constexpr auto kMethods = method_descriptors<Store>();
  PublisherOptions with = options();
  with.journal.retention = {.bytes = 4 * kSegment, .low_space_bytes = 1 << 20};
  publisher_ = std::make_unique<Publisher>(*files_, clock_, log_, with, kMethods);
  hook_ = publisher_->make_notification_hook();
  chain_.replace({{"notify", "hookwire:NotificationHook", hook_, {}}});
  publisher_->start();
  fill(12);
  EXPECT_TRUE(eventually([&] { return oldest() > 1; }));
  disk_.free = 5000;
  EXPECT_TRUE(eventually([&] { return !told("low_space").empty(); }));
}

}  // namespace
}  // namespace hookwire::testing

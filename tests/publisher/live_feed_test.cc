#include "live_feed.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/journal/journal_writer.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/topic.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/temp_folder.h"

#include "support/eventually.h"

// The live feed by hand: a journal, a clock that stands, and a transport without sockets.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Keeps what was sent, and hands on what a test lets listeners ask for.
class ListedMessages final : public LiveTransport {
 public:
  struct Message {
    std::string topic;
    std::vector<std::byte> record;
  };

  std::optional<LiveSubscription> receive() override {
    ++receives;
    if (asked.empty()) return std::nullopt;
    LiveSubscription next = asked.front();
    asked.pop_front();
    return next;
  }
  void send(std::string_view topic, std::span<const std::byte> record) noexcept override {
    sent.push_back({std::string(topic), {record.begin(), record.end()}});
  }
  void close() noexcept override {
    is_open = false;
    asked.clear();
  }
  void open() override { is_open = true; }

  std::deque<LiveSubscription> asked;
  std::vector<Message> sent;
  bool is_open = true;
  int receives = 0;
};

class LiveFeedTest : public ::testing::Test {
 protected:
  LiveFeedTest() { open_journal(); }

  void open_journal(std::uint64_t segment_bytes = 1 << 20, std::uint64_t keep_bytes = 0) {
    writer_.reset();
    writer_ = std::make_unique<JournalWriter>(files_, system_clock_,
                                              JournalOptions{.folder = folder_.path() / "journal",
                                                             .segment_bytes = segment_bytes,
                                                             .append_wait = 30s,
                                                             .prefault_bytes = 0,
                                                             .retention = {.bytes = keep_bytes}});
  }
  LiveFeed& feed() {
    if (!feed_) {
      feed_.emplace(
          files_, clock_, log_, transport_,
          LiveFeedOptions{.publisher = "nas01@gold", .journal_folder = folder_.path() / "journal"});
    }
    return *feed_;
  }
  void append(const std::string& topic, int count = 1, std::size_t body_bytes = 200) {
    const std::vector<std::byte> body(body_bytes, std::byte{7});
    for (int n = 0; n < count; ++n) writer_->append({.topic = topic, .body = body});
  }
  /// Steps until the feed has nothing more to do.
  void settle() {
    while (feed().step()) {
    }
  }
  static RecordView record_of(const ListedMessages::Message& message) {
    return decode_record(message.record).record;
  }
  std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> found;
    for (const auto& message : transport_.sent) {
      const std::uint64_t sequence = record_of(message).sequence;
      if (sequence != 0) found.push_back(sequence);
    }
    return found;
  }
  std::vector<LiveHeartbeat> heartbeats() const {
    std::vector<LiveHeartbeat> found;
    for (const auto& message : transport_.sent) {
      const RecordView record = record_of(message);
      if (record.sequence != 0) continue;
      const DecodedEvent event = decode_event(record);
      EXPECT_TRUE(event.event) << event.fault;
      const auto heartbeat = decode_heartbeat(*event.event);
      EXPECT_TRUE(heartbeat);
      if (heartbeat) found.push_back(*heartbeat);
    }
    return found;
  }
  void subscribe(std::string prefix) { transport_.asked.push_back({true, std::move(prefix)}); }

  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock system_clock_;
  FakeClock clock_;
  CapturingLog log_;
  ListedMessages transport_;
  std::unique_ptr<JournalWriter> writer_;
  std::optional<LiveFeed> feed_;
};

TEST_F(LiveFeedTest, SendsTopicAndRecordByteForByte) {
  feed();
  append("post/create_share/nas01@gold");
  settle();
  JournalReader reader(files_, folder_.path() / "journal");
  const JournalChunk chunk = reader.next();
  ASSERT_THAT(transport_.sent, SizeIs(2)) << "the first heartbeat and the record";
  EXPECT_EQ(transport_.sent[1].topic, "post/create_share/nas01@gold");
  EXPECT_THAT(transport_.sent[1].record,
              ::testing::ElementsAreArray(chunk.records.begin(), chunk.records.end()));
}

TEST_F(LiveFeedTest, BeginsAtTheEndOfTheJournal) {
  append("post/create_share/nas01@gold", 5);
  feed();
  append("post/create_share/nas01@gold", 2);
  settle();
  EXPECT_THAT(sequences(), ElementsAre(6, 7));
}

TEST_F(LiveFeedTest, TellsEachSecondWhereTheJournalIsWhileNobodyListens) {
  feed();
  settle();
  append("post/create_share/nas01@gold", 3);
  settle();
  EXPECT_THAT(heartbeats(), SizeIs(1)) << "a second is not over";
  clock_.advance(1s);
  settle();
  append("failure/create_share/nas01@gold", 2);
  settle();
  clock_.advance(1s);
  settle();
  const std::vector<LiveHeartbeat> told = heartbeats();
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_EQ(told[0].last, 0U);
  EXPECT_EQ(told[1].last, 3U);
  EXPECT_EQ(told[2].last, 5U);
  EXPECT_EQ(told[2].through, 5U);
  EXPECT_EQ(told[2].durable, writer_->durable_sequence());
  EXPECT_EQ(told[2].heartbeat_ms, 1000U);
  EXPECT_EQ(told[1].feed, told[2].feed);
  EXPECT_NE(told[2].feed, 0U);
}

TEST_F(LiveFeedTest, CountsWhatItSentByPhaseAndMethod) {
  feed();
  append("post/create_share/nas01@gold", 3);
  append("failure/create_share/nas01@gold", 2);
  append("failure/delete_share/nas01@gold", 1);
  settle();
  feed().tell_heartbeat();
  const LiveHeartbeat told = heartbeats().back();
  EXPECT_THAT(told.counts, ElementsAre(LiveHeartbeat::Count{"failure/create_share", 2},
                                       LiveHeartbeat::Count{"failure/delete_share", 1},
                                       LiveHeartbeat::Count{"post/create_share", 3}));
  EXPECT_EQ(told.sent({"failure/"}, "nas01@gold"), 3U);
  EXPECT_EQ(told.sent({"failure/create_share/nas01@gold"}, "nas01@gold"), 2U);
  EXPECT_EQ(told.sent({"failure/create_share/other"}, "nas01@gold"), 0U);
  EXPECT_EQ(told.sent({"post/c", "failure/delete_share/"}, "nas01@gold"), 4U);
  EXPECT_EQ(told.sent({}, "nas01@gold"), 6U);
}

TEST_F(LiveFeedTest, CountsNamesBeyondItsLimitTogether) {
  feed();
  for (std::size_t n = 0; n < kMaxLiveNames + 10; ++n) {
    append("post/method_" + std::to_string(n) + "/nas01@gold");
  }
  append("post/" + std::string(kMaxLiveNameBytes, 'm') + "/nas01@gold");
  settle();
  feed().tell_heartbeat();
  const LiveHeartbeat told = heartbeats().back();
  EXPECT_THAT(told.counts, SizeIs(kMaxLiveNames));
  EXPECT_EQ(told.others, 11U);
  EXPECT_EQ(told.sent({}, "nas01@gold"), kMaxLiveNames + 11);
}

TEST_F(LiveFeedTest, AHeartbeatOfTheMostAndLongestNamesFitsARecord) {
  LiveHeartbeat most{.unread_reason = std::string(200, 'r')};
  for (std::size_t n = 0; n < kMaxLiveNames; ++n) {
    most.counts.push_back({std::string(kMaxLiveNameBytes, 'n'), ~std::uint64_t{0}});
  }
  most.epoch_ends.assign(16, {~std::uint32_t{0}, ~std::uint64_t{0}});
  EXPECT_LE(encode_heartbeat(most, std::string(400, 'p'), 1, 1, 0).size(), kMaxRecordBytes);
}

TEST_F(LiveFeedTest, WelcomesWhoSubscribesItsHeartbeats) {
  settle();
  for (const char* prefix : {"", "system/", "system/heartbeat/nas01@gold"}) {
    const std::size_t before = heartbeats().size();
    clock_.advance(LiveFeed::kWelcomeInterval);
    subscribe(prefix);
    settle();
    EXPECT_THAT(heartbeats(), SizeIs(before + 1)) << "'" << prefix << "'";
  }
  const std::size_t before = heartbeats().size();
  clock_.advance(LiveFeed::kWelcomeInterval);
  subscribe("failure/");
  subscribe("system/stop/");
  settle();
  EXPECT_THAT(heartbeats(), SizeIs(before)) << "they would not hear it";
}

TEST_F(LiveFeedTest, ManyNewListenersShareAWelcome) {
  settle();
  clock_.advance(LiveFeed::kWelcomeInterval);
  for (int n = 0; n < 1000; ++n) subscribe("system/");
  settle();
  EXPECT_THAT(heartbeats(), SizeIs(2)) << "the first and one";
}

TEST_F(LiveFeedTest, AStepTakesABoundedNumberOfSubscriptionsAndRecords) {
  feed();
  settle();
  for (int n = 0; n < 2000; ++n) subscribe("p" + std::to_string(n));
  append("post/create_share/nas01@gold", 2000);
  transport_.receives = 0;
  feed().step();
  EXPECT_LE(transport_.receives, 256);
  EXPECT_GT(sequences().size(), 0U) << "records go out between subscriptions";
  EXPECT_LE(sequences().size() * 264, kBlockBytes);
  settle();
  EXPECT_THAT(sequences(), SizeIs(2000));
  EXPECT_EQ(feed().status().prefixes, 2000U);
}

TEST_F(LiveFeedTest, PrefixesGivenUpThatNobodyHeldChangeNothing) {
  feed();
  subscribe("failure/");
  for (int n = 0; n < 100; ++n) transport_.asked.push_back({false, "never held"});
  append("failure/create_share/nas01@gold", 3);
  settle();
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3));
  EXPECT_EQ(feed().status().prefixes, 1U);
}

TEST_F(LiveFeedTest, TooManyPrefixesDisconnectEverybodyForASecondAndAreTold) {
  settle();
  for (std::size_t n = 0; n <= LiveFeed::kMaxPrefixes; ++n) subscribe(std::to_string(n));
  settle();
  EXPECT_FALSE(transport_.is_open);
  EXPECT_THAT(log_.text(), HasSubstr("more than 4096 prefixes"));
  EXPECT_EQ(feed().status().disconnections, 1U);

  append("failure/create_share/nas01@gold", 3);
  settle();
  EXPECT_FALSE(transport_.is_open);
  clock_.advance(LiveFeed::kClosedFor);
  settle();
  EXPECT_TRUE(transport_.is_open);
  EXPECT_EQ(feed().status().prefixes, 0U);
  feed().tell_heartbeat();
  EXPECT_EQ(heartbeats().back().sent({"failure/"}, "nas01@gold"), 3U)
      << "who comes back must see what it missed";
}

TEST_F(LiveFeedTest, WhatCannotBeReadIsToldInItsPlace) {
  open_journal(128 * 1024, 1);
  feed();
  settle();
  // Retention takes what the feed has not sent yet.
  append("post/create_share/nas01@gold", 4000, 400);
  JournalReader reader(files_, folder_.path() / "journal");
  ASSERT_TRUE(eventually([&] { return reader.first_sequence() > 2000; })) << "nothing went";
  settle();
  feed().tell_heartbeat();
  std::uint64_t through = 0;
  std::uint64_t gaps = 0;
  std::uint64_t missing = 0;
  for (const auto& message : transport_.sent) {
    const RecordView record = record_of(message);
    if (record.sequence == 0) {
      const std::uint64_t told = decode_heartbeat(*decode_event(record).event)->through;
      missing += told - through;
      if (told > through) ++gaps;
      through = told;
    } else {
      EXPECT_EQ(record.sequence, through + 1) << "no heartbeat stands in the place of the gap";
      through = record.sequence;
    }
  }
  EXPECT_GE(gaps, 1U);  // retention may have gone on meanwhile
  EXPECT_EQ(through, 4000U);
  const LiveHeartbeat told = heartbeats().back();
  EXPECT_EQ(told.unread, missing);
  EXPECT_THAT(told.unread_reason, HasSubstr("retention"));
}

}  // namespace
}  // namespace hookwire::testing

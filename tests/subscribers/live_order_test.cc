#include "live_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subscribers/record_bytes.h"
#include "subscribers/recording_sink.h"

// What a listener makes of a live feed's messages, by hand.

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPublisher[] = "nas01@gold";

class LiveOrderTest : public ::testing::Test {
 protected:
  LiveOrder& order() {
    if (!order_) order_.emplace("ipc://gold", topics_, sink_, counters_);
    return *order_;
  }
  void record(std::uint64_t sequence, std::uint32_t epoch = 1,
              std::uint64_t journal_id = kJournal) {
    order().message("post/create_share/nas01@gold", record_bytes(sequence, epoch, journal_id));
  }
  void records(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n) record(n);
  }
  /// A heartbeat of a feed that sent `posts` and came that far.
  void heartbeat(std::uint64_t through, std::uint64_t posts, LiveHeartbeat more = {.feed = 7},
                 std::uint32_t epoch = 1, std::uint64_t journal_id = kJournal) {
    more.last = more.through = through;
    more.counts = {{"failure/create_share", 1000}, {"post/create_share", posts}};
    order().message("system/heartbeat/nas01@gold",
                    encode_heartbeat(more, kPublisher, journal_id, epoch, 1));
  }

  std::vector<std::string> topics_;
  RecordingSink sink_;
  LiveSubscriber::Counters counters_;
  std::optional<LiveOrder> order_;
};

class FilteredLiveOrderTest : public LiveOrderTest {
 protected:
  FilteredLiveOrderTest() { topics_ = {"post/"}; }
};

TEST_F(LiveOrderTest, HandsOnRecordsInOrder) {
  heartbeat(4, 4);
  records(5, 8);
  heartbeat(8, 8);
  EXPECT_EQ(sink_.given(), numbers(5, 8));
  EXPECT_EQ(order().source().publisher, kPublisher);
  EXPECT_EQ(sink_.connects, 1);
}

TEST_F(LiveOrderTest, AHoleInTheSequencesIsAGapInItsPlace) {
  records(5, 6);
  records(9, 9);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "6", "gap 7..8", "9"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("lost"));
}

TEST_F(LiveOrderTest, WhatWasLostAtTheEndIsSeenByTheHeartbeat) {
  records(5, 6);
  heartbeat(9, 9);
  records(10, 10);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "6", "gap 7..9", "10"));
}

TEST_F(LiveOrderTest, WhatWasSaidBeforeTheFirstContactIsNoGap) {
  heartbeat(900, 900);
  records(901, 902);
  EXPECT_EQ(sink_.given(), numbers(901, 902));
}

TEST_F(LiveOrderTest, WhatThePublisherCouldNotReadIsAGapWithItsReason) {
  heartbeat(4, 4);
  records(5, 5);
  heartbeat(8, 5, {.feed = 7, .unread = 3, .unread_reason = "removed as configured"});
  records(9, 9);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "gap 6..8", "9"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("removed as configured"));
}

TEST_F(LiveOrderTest, ANewEpochThatLostEventsIsToldAsRolledBack) {
  heartbeat(4, 4);
  records(5, 9);
  heartbeat(7, 0, {.feed = 8, .epoch_ends = {{1, 6}}}, 2);
  record(8, 2);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "6", "7", "8", "9", "gap 7..9", "gap 7..7", "8"));
  EXPECT_EQ(sink_.gaps()[0].epoch, 1U);
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("rolled back"));
  EXPECT_EQ(sink_.gaps()[1].epoch, 2U) << "the new 7 was not heard";
}

TEST_F(LiveOrderTest, ANewEpochThatLostNothingIsNoGap) {
  heartbeat(4, 4);
  records(5, 6);
  heartbeat(6, 0, {.feed = 8, .epoch_ends = {{1, 6}}}, 2);
  record(7, 2);
  EXPECT_EQ(sink_.given(), numbers(5, 7));
}

TEST_F(LiveOrderTest, ARecordOfANewEpochWaitsForTheHeartbeatThatTellsWhatSurvived) {
  records(5, 9);
  record(8, 2);
  heartbeat(8, 2, {.feed = 8, .epoch_ends = {{1, 6}}}, 2);
  record(9, 2);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "6", "7", "8", "9", "gap 7..9", "gap 7..8", "9"));
  EXPECT_EQ(counters_.bad_messages, 1U);
}

TEST_F(LiveOrderTest, AnotherJournalIsFollowedFromWhereItIs) {
  records(500, 501);
  heartbeat(501, 2);
  heartbeat(3, 0, {.feed = 9}, 1, kJournal + 1);
  record(4, 1, kJournal + 1);
  EXPECT_THAT(sink_.given(), ElementsAre("500", "501", "4"));
  EXPECT_EQ(sink_.connects, 2);
}

TEST_F(LiveOrderTest, AMessageThatIsNoneIsCountedAndItsLossIsSeen) {
  heartbeat(4, 4);
  record(5);
  std::vector<std::byte> spoilt = record_bytes(6);
  spoil_record(spoilt, 0);
  order().message("post/create_share/nas01@gold", spoilt);
  order().message("post/another/nas01@gold", record_bytes(6));
  std::vector<std::byte> two = records_bytes(6, 7);
  order().message("post/create_share/nas01@gold", two);
  order().message("", {});
  record(7);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "gap 6..6", "7"));
  EXPECT_EQ(counters_.bad_messages, 4U);
}

TEST_F(LiveOrderTest, ARecordThatComesAgainIsHandedOnOnce) {
  records(5, 7);
  record(6);
  EXPECT_EQ(sink_.given(), numbers(5, 7));
}

TEST_F(FilteredLiveOrderTest, HolesAreNotGapsWhenTheCountsAgree) {
  heartbeat(4, 40);
  record(5);
  record(9);
  heartbeat(12, 42);
  record(20);
  heartbeat(22, 43);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "9", "20"));
}

TEST_F(FilteredLiveOrderTest, TheHeartbeatTellsHowManyOfItsEventsWereLostAndAmongWhich) {
  heartbeat(4, 40);
  record(5);
  heartbeat(12, 43);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "gap 5..12"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("2 events of these topics"));
  record(13);
  heartbeat(14, 44);
  EXPECT_THAT(sink_.gaps(), SizeIs(1)) << "it is told once";
}

TEST_F(FilteredLiveOrderTest, AHeartbeatThatWasLostItselfChangesNothing) {
  heartbeat(4, 40);
  record(5);
  // Heartbeats through 8 and 12 did not come.
  record(14);
  heartbeat(20, 45);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "14", "gap 5..20"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("3 events"));
}

TEST_F(FilteredLiveOrderTest, ARestartOfThePublisherMayHaveHiddenSome) {
  heartbeat(4, 40);
  record(5);
  heartbeat(12, 1, {.feed = 8});
  EXPECT_THAT(sink_.given(), ElementsAre("5", "gap 5..12"));
  EXPECT_THAT(sink_.gaps()[0].reason, HasSubstr("restarted"));
}

TEST_F(FilteredLiveOrderTest, EventsThatItDidNotAskForAreNotHandedOn) {
  order().message("failure/x/nas01@gold", record_bytes(5));
  EXPECT_THAT(sink_.given(), IsEmpty());
}

TEST_F(FilteredLiveOrderTest, WhatIsRolledBackIsTold) {
  heartbeat(4, 40);
  record(5);
  record(9);
  heartbeat(6, 0, {.feed = 8, .epoch_ends = {{1, 6}}}, 2);
  EXPECT_THAT(sink_.given(), ElementsAre("5", "9", "gap 7..9", "gap 5..6"));
}

TEST_F(FilteredLiveOrderTest, WhatANewEpochSaidBelowWhatWasHeardOfTheOldOneIsTold) {
  heartbeat(600, 40);
  record(700);
  heartbeat(1000, 41);
  // All that it had survived, and behind it came what it did not hear.
  heartbeat(905, 3, {.feed = 8, .epoch_ends = {{1, 900}}}, 2);
  EXPECT_THAT(sink_.given(), ElementsAre("700", "gap 901..905"));
  EXPECT_EQ(sink_.gaps()[0].epoch, 2U);
}

TEST_F(LiveOrderTest, SilenceIsToldAndSoIsTheReturn) {
  heartbeat(4, 4);
  order().away("nothing came");
  EXPECT_TRUE(sink_.was_told("nothing came"));
  heartbeat(4, 4);
  EXPECT_EQ(sink_.connects, 2);
}

}  // namespace
}  // namespace hookwire::testing

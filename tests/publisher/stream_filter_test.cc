#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StreamFilter : public StreamTest {};

TEST_F(StreamFilter, OnlyTopicsOfThePrefixesCome) {
  append("pre/create_share/nas01@gold");
  append("post/create_share/nas01@gold");
  append("failure/delete_share/nas01@gold");
  append("post/delete_share/nas01@gold");
  open("a", kEarliest, {.topics = {"failure/", "post/create_share/"}});
  EXPECT_THAT(records("a"), ElementsAre(2, 3));
}

TEST_F(StreamFilter, APrefixNeedNotEndAtASlash) {
  append("post/create_share/nas01@gold");
  append("post/create_share_instance/nas01@gold");
  append("post/delete_share/nas01@gold");
  open("a", kEarliest, {.topics = {"post/create"}});
  EXPECT_THAT(records("a"), ElementsAre(1, 2));
}

TEST_F(StreamFilter, WhatIsLeftOutIsCoveredByTheNextBatch) {
  append_many(500, "pre/create_share/nas01@gold");
  append("failure/create_share/nas01@gold");
  open("a", kEarliest, {.topics = {"failure/"}});

  const auto batches = all<Batch>("a");
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].first, 1U);
  EXPECT_EQ(batches[0].last, 501U);
  EXPECT_EQ(batches[0].count, 1U);
}

TEST_F(StreamFilter, AFilterThatMatchesNothingHearsOfItOnceASecond) {
  open("a", kEarliest, {.topics = {"system/"}});
  for (int n = 0; n < 100; ++n) {
    append();
    settle();
  }
  EXPECT_THAT(all<Batch>("a"), IsEmpty());

  clock_.advance(std::chrono::seconds(1));
  settle();
  EXPECT_EQ(all<Batch>("a").size(), 1U);
  EXPECT_EQ(covered("a"), 100U);
  EXPECT_THAT(records("a"), IsEmpty());
  EXPECT_EQ(all<Heartbeat>("a").size(), 1U);
}

TEST_F(StreamFilter, CoverageCostsNoCredit) {
  append_many(3000);
  append("failure/create_share/nas01@gold", 50'000);
  open("a", kEarliest, {.topics = {"failure/"}, .credit_bytes = kMinCreditBytes});
  EXPECT_THAT(records("a"), ElementsAre(3001));
}

TEST_F(StreamFilter, SessionsWithAndWithoutFiltersSeeTheSameJournal) {
  open("all", kLatest);
  open("some", kLatest, {.topics = {"failure/"}});
  for (int n = 1; n <= 200; ++n) {
    append(n % 10 == 0 ? "failure/create_share/nas01@gold" : "post/create_share/nas01@gold");
    if (n % 7 == 0) settle();
  }
  settle();
  EXPECT_EQ(records("all"), range_of(1, 200));
  std::vector<std::uint64_t> tens;
  for (std::uint64_t n = 10; n <= 200; n += 10) tens.push_back(n);
  EXPECT_EQ(records("some"), tens);
}

}  // namespace
}  // namespace hookwire::testing
